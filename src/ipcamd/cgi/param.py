"""``param.cgi`` (SDK 9): lists and changes parameters.

The path selects the rank: ``/cgi/users/param.cgi`` lists and sets the parameters of rank `users`, also for an
administrator; ``/cgi/param.cgi`` uses the caller's rank.
"""

import functools
from collections.abc import Awaitable, Iterable, Iterator

from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text, unless_action
from ipcamd.dataclass import dataclass
from ipcamd.errors import RequestFailed, shown
from ipcamd.params import GROUPS, find_group
from ipcamd.params.group import Group, Param, Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.settings.change_records import Change, Requester
from ipcamd.settings.secret_mask import HIDDEN
from ipcamd.settings.settings import Settings
from ipcamd.wire.http.query import Query

LISTS = ("list", "alllist", "allist")
"""Actions that only read; ``allist`` is the spelling in the SDK's example of ``alllist``."""

DYNAMIC = "Event.Schedule"
"""The only group with members that can be added and removed."""
_MEMBER = ("add", "remove")
ARGUMENTS = Arguments(
    Argument("action", "List or change parameters.", OneOf((*LISTS, "update", "add", "remove"))),
    Argument(
        "group", "Name of the group; `list` takes several, separated by commas.", None, ("list", "update", *_MEMBER)
    ),
    Argument("name", "One parameter of the group; the name of a schedule.", None, ("list", *_MEMBER)),
    undeclared=Undeclared.PARAMETERS,
)


@dataclass(frozen=True, slots=True)
class _NamedGroup:
    """A group, and the name in the request, which the answer repeats."""

    group: Group
    name: str

    def line(self, settings: Settings, p: Param, by: Requester) -> str:
        return f"{self.name}.{p.name}={HIDDEN if p.secret else settings.present(self.group, p, by)}"

    def names(self) -> str:
        return ", ".join(p.name for p in self.group.params)


def param(call: Call, rank: Rank) -> Reply | Awaitable[Reply]:
    """List or change parameters, with the rights of the path's rank."""
    match _action(call.query):
        case "alllist" | "allist":
            return text(*_listing(call.camera.settings, _visible(rank), call.requester(rank)))
        case "list":
            return text(*_list(call, rank))
        case "update":
            return _update(call, rank)
        case action:
            return _member(call, action, rank)


def _action(query: Query) -> str:
    return (query.get("action") or "").lower()


def _visible(rank: Rank) -> Iterator[_NamedGroup]:
    return (_NamedGroup(group, group.name) for group in GROUPS if any(p.get <= rank for p in group.params))


def _list(call: Call, rank: Rank) -> Iterator[str]:
    groups, name = _groups(call.query), call.query.get("name")
    settings, requester = call.camera.settings, call.requester(rank)
    if name is None:
        return _listing(settings, groups, requester)
    return (_listed(settings, named, name, requester) for named in groups)


def _listing(settings: Settings, groups: Iterable[_NamedGroup], by: Requester) -> Iterator[str]:
    for named in groups:
        make = functools.partial(_group_lines, settings, named, by)
        yield from settings.derive(named.group, (named.name, by.rank), make)


def _group_lines(settings: Settings, named: _NamedGroup, by: Requester) -> tuple[str, ...]:
    readable = [p for p in named.group.params if p.get <= by.rank]
    if not readable:
        raise RequestFailed(f"group={named.name}: {by.rank.name.lower()} may not read it")
    return f"[{named.name}]", *(named.line(settings, p, by) for p in readable), ""


def _listed(settings: Settings, named: _NamedGroup, name: str, by: Requester) -> str:
    p = named.group.param(name)
    if p is None:
        raise RequestFailed(f"{shown(name)}: not a parameter of {named.name}; allowed: {named.names()}")
    if p.get > by.rank:
        raise RequestFailed(f"{named.name}.{p.name}: {by.rank.name.lower()} may not read it")
    return named.line(settings, p, by)


async def _member(call: Call, action: str, rank: Rank) -> Reply:
    """Add or remove a member of the group with members: a schedule (SDK 11)."""
    group = call.query.get("group") or ""
    if group.lower() != DYNAMIC.lower():
        raise RequestFailed(f"action={action}: {_one_group(call.query).name} has no members; allowed: {DYNAMIC}")
    if rank < Rank.ADMIN:
        raise RequestFailed(f"{DYNAMIC}: {rank.name.lower()} may not change it")
    schedules = call.camera.schedules
    if action == "add":
        added = await schedules.add(dict(_parameters(call.query)), call.requester(rank))
        return text(*(f"{DYNAMIC}.{added.number}.{name}={added.values[name]}" for name in ("Name", "Enable")))
    chosen = schedules.named(call.query.get("name") or "")
    await schedules.remove(chosen, call.requester(rank))
    return text(f"Remove schedule={chosen.name} success")


async def _update(call: Call, rank: Rank) -> Reply:
    """Change all sent parameters, or nothing, and return the answer."""
    named, pairs = _one_group(call.query), _parameters(call.query)
    if not pairs:
        raise RequestFailed(f"group={named.name}: no parameter to update; allowed: {named.names()}")
    changes = [Change(named.name, name, value) for name, value in pairs]
    applied = await call.camera.settings.update(changes, by=call.requester(rank))
    return text(*map(str, (*applied.sent, *applied.followed)))


def _parameters(query: Query) -> list[tuple[str, str]]:
    return [(name, value) for name, value in query.pairs if name.lower() not in ("action", "group")]


def _one_group(query: Query) -> _NamedGroup:
    groups = _groups(query)
    if len(groups) > 1:
        raise RequestFailed(f"group={shown(query.get('group') or '')}: {_action(query)} takes one group")
    return groups[0]


def _groups(query: Query) -> list[_NamedGroup]:
    return [_group(name.strip()) for name in (query.get("group") or "").split(",")]


def _group(name: str) -> _NamedGroup:
    group = find_group(name)
    if group is None:
        elsewhere = "schedules are at /cgi/event/schedule.cgi; " if name.lower().startswith(DYNAMIC.lower()) else ""
        raise RequestFailed(f"group={shown(name)}: {elsewhere}allowed: {', '.join(_group_names())}")
    return _NamedGroup(group, next(n for n in (group.name, *group.aliases) if n.lower() == name.lower()))


def _group_names() -> Iterator[str]:
    """Yield the names of all groups; numbered ones together, such as ``Privacy.Mask1 to 8``."""
    numbered: dict[str, list[str]] = {}
    for group in GROUPS:
        stem = group.name.rstrip("0123456789")
        numbered.setdefault(stem, []).append(group.name.removeprefix(stem))
    for stem, numbers in numbered.items():
        if len(numbers) > 1 and numbers == [str(number) for number in range(1, len(numbers) + 1)]:
            yield f"{stem}1 to {numbers[-1]}"
        else:
            yield from (stem + number for number in numbers)


_CHANGES = unless_action(*LISTS)


def _for(rank: Rank) -> Endpoint:
    return Endpoint(
        f"/cgi/{rank.name.lower()}/param.cgi",
        rank,
        functools.partial(param, rank=rank),
        changes=_CHANGES,
        arguments=ARGUMENTS,
    )


def _own(call: Call) -> Reply | Awaitable[Reply]:
    """List or change parameters, with the caller's rights."""
    return param(call, call.account.rank)


ENDPOINTS = (
    *(_for(rank) for rank in (Rank.ADMIN, Rank.USERS, Rank.GUEST)),
    Endpoint("/cgi/param.cgi", Rank.GUEST, _own, changes=_CHANGES, arguments=ARGUMENTS),
)
"""One path for each rank (SDK 9), and one that uses the account's rank."""
