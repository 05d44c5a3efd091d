"""``param.cgi`` (SDK 9): list the parameters and change them.

The path says for which rank it speaks: ``/cgi/users/param.cgi`` shows and sets what users may, whoever calls it;
``/cgi/param.cgi`` speaks for the caller's own rank.
"""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.errors import RequestFailed
from ipcamd.params import GROUPS, find
from ipcamd.params.device.hardware import HARDWARE
from ipcamd.params.group import Group, Origin, Param, Rank, Values
from ipcamd.store.settings import Change
from ipcamd.wire.query import Query

LISTS = ("list", "alllist", "allist")
"""The actions that only read; ``allist`` is how the SDK's example spells ``alllist``."""

DYNAMIC = "Event.Schedule"
"""The one group whose members can be added and removed."""
ACTIONS = (*LISTS, "update", "add", "remove")

HIDDEN = "********"
"""How a secret is listed; sent back, it leaves the secret alone (clarifications, Every CGI)."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A group that a request named."""

    group: Group
    name: str
    """The one of its names that the request used; the answer repeats it."""

    def line(self, name: str, value: str, secret: bool = False) -> str:
        return f"{self.name}.{name}={HIDDEN if secret else value}"


async def param(call: Call, rank: Rank) -> Reply:
    """List or change parameters, with the rights of the rank that the path names."""
    match _action(call.query):
        case "alllist" | "allist":
            return text(*_listing(call.camera, _visible(rank), rank))
        case "list":
            return text(*_list(call, rank))
        case "update":
            return text(*await _update(call, rank))
        case "add" | "remove" as action:
            return text(*await _member(call, action, rank))
        case action:
            raise RequestFailed(f"action={_shown(action)}: allowed: {', '.join(ACTIONS)}")


def _action(query: Query) -> str:
    return (query.get("action") or "").lower()


def _visible(rank: Rank) -> Iterator[_Asked]:
    return (_Asked(group, group.name) for group in GROUPS if any(p.get <= rank for p in group.params))


def _list(call: Call, rank: Rank) -> Iterator[str]:
    groups, name = _groups(call.query), call.query.get("name")
    if name is None:
        return _listing(call.camera, groups, rank)
    return (_listed(call.camera, asked, name, rank) for asked in groups)


def _listing(camera: Camera, groups: Iterable[_Asked], rank: Rank) -> Iterator[str]:
    for asked in groups:
        readable = [p for p in asked.group.params if p.get <= rank]
        if not readable:
            raise RequestFailed(f"group={asked.name}: {rank.name.lower()} may not read it")
        yield f"[{asked.name}]"
        for p in readable:
            yield asked.line(p.name, _value(camera, asked.group, p), p.secret)
        yield ""


def _listed(camera: Camera, asked: _Asked, name: str, rank: Rank) -> str:
    p = _find(asked, name)
    if p.get > rank:
        raise RequestFailed(f"{asked.name}.{p.name}: {rank.name.lower()} may not read it")
    return asked.line(p.name, _value(camera, asked.group, p), p.secret)


def _value(camera: Camera, group: Group, p: Param) -> str:
    """Return what a parameter is just now: an output that an event holds is not what was set."""
    kept = camera.settings[group.name][p.name] if p.origin is Origin.STORED else p.default
    return _live(camera, group, p, kept)


def _live(camera: Camera, group: Group, p: Param, otherwise: str) -> str:
    answer = camera.live.get((group.name, p.name))
    return answer() if answer else otherwise


async def _member(call: Call, action: str, rank: Rank) -> list[str]:
    """Add or remove a member of the one group that has members: a schedule (SDK 11)."""
    group = call.query.get("group") or ""
    if group.lower() != DYNAMIC.lower():
        raise RequestFailed(f"action={action}: {_one_group(call.query).name} has no members; allowed: {DYNAMIC}")
    if rank < Rank.ADMIN:
        raise RequestFailed(f"{DYNAMIC}: {rank.name.lower()} may not change it")
    fields = {name: value for name, value in call.query.pairs if name.lower() not in ("action", "group")}
    schedules = call.camera.schedules
    if action == "add":
        added = await schedules.add(fields)
        return [f"{DYNAMIC}.{added.number}.{name}={added.values[name]}" for name in ("Name", "Enable")]
    chosen = schedules.named(call.query.get("name") or "")
    await schedules.remove(chosen)
    return [f"Remove schedule={chosen.name} success"]


async def _update(call: Call, rank: Rank) -> list[str]:
    """Check everything that was sent, change everything or nothing, and return what to answer."""
    asked = _one_group(call.query)
    sent = {p: _parsed(asked, p, value) for p, value in _sent(call, asked, rank)}
    settled = await _change(call.camera, asked.group, {p: value for p, value in sent.items() if not _kept(p, value)})
    return [
        *(asked.line(p.name, value, p.secret) for p, value in sent.items()),
        *(asked.line(name, value) for name, value in settled.items()),
    ]


async def _change(camera: Camera, group: Group, sent: dict[Param, str]) -> Values:
    """Make the change that was sent, and what follows from it by the group's rules, which is returned."""
    named = {p.name: value for p, value in sent.items()}
    values = {**camera.settings[group.name], **named}
    settled = group.settle(values, named) if group.settle and named else {}
    live = {p.name: value for p, value in sent.items() if p.origin is Origin.LIVE}
    stored = {**{name: value for name, value in named.items() if name not in live}, **settled}
    steps = [camera.live_set[group.name]({**camera.settings[group.name], **stored}, live)] if live else []
    if stored or steps:
        await camera.settings.update([Change(group.name, name, value) for name, value in stored.items()], *steps)
    return settled


def _sent(call: Call, asked: _Asked, rank: Rank) -> Iterator[tuple[Param, str]]:
    pairs = [(name, value) for name, value in call.query.pairs if name.lower() not in ("action", "group")]
    if not pairs:
        raise RequestFailed(f"group={asked.name}: no parameter to update; allowed: {_names(asked.group)}")
    for name, value in pairs:
        p = _find(asked, name)
        _permit(call.camera, asked, p, rank)
        yield p, value


def _permit(camera: Camera, asked: _Asked, p: Param, rank: Rank) -> None:
    if p.set is None:
        raise RequestFailed(f"{asked.name}.{p.name}: it is read-only")
    if p.set > rank:
        raise RequestFailed(f"{asked.name}.{p.name}: {rank.name.lower()} may not set it")
    unset = p.origin is Origin.LIVE and asked.group.name not in camera.live_set
    if unset or _lacks(camera, p):
        raise RequestFailed(f"{asked.name}.{p.name}: not supported by this device")


def _lacks(camera: Camera, p: Param) -> bool:
    flag = HARDWARE.param(p.needs)
    return flag is not None and _live(camera, HARDWARE, flag, flag.default) == "0"


def _parsed(asked: _Asked, p: Param, value: str) -> str:
    if _kept(p, value):
        return value
    try:
        return p.kind.parse(value)
    except ValueError:
        raise RequestFailed(f"{asked.line(p.name, _shown(value), p.secret)}: allowed: {p.kind.allowed}") from None


def _kept(p: Param, value: str) -> bool:
    return p.secret and value == HIDDEN


def _one_group(query: Query) -> _Asked:
    groups = _groups(query)
    if len(groups) > 1:
        raise RequestFailed(f"group={_shown(query.get('group') or '')}: {_action(query)} takes one group")
    return groups[0]


def _groups(query: Query) -> list[_Asked]:
    return [_group(name.strip()) for name in (query.get("group") or "").split(",")]


def _group(name: str) -> _Asked:
    group = find(name)
    if group is None:
        elsewhere = "schedules are at /cgi/event/schedule.cgi; " if name.lower().startswith(DYNAMIC.lower()) else ""
        raise RequestFailed(f"group={_shown(name)}: {elsewhere}allowed: {', '.join(g.name for g in GROUPS)}")
    return _Asked(group, next(n for n in (group.name, *group.aliases) if n.lower() == name.lower()))


def _find(asked: _Asked, name: str) -> Param:
    p = asked.group.param(name)
    if p is None:
        raise RequestFailed(f"{_shown(name)}: not a parameter of {asked.name}; allowed: {_names(asked.group)}")
    return p


def _names(group: Group) -> str:
    return ", ".join(p.name for p in group.params)


def _shown(value: str) -> str:
    """Return what a request sent so that an answer can repeat it: on one line, and not much of it."""
    return "".join(c if c.isprintable() else "?" for c in value[:64]) + ("..." if len(value) > 64 else "")


def _changes(query: Query) -> bool:
    return _action(query) not in LISTS


def _for(rank: Rank) -> Endpoint:
    return Endpoint(f"/cgi/{rank.name.lower()}/param.cgi", rank, functools.partial(param, rank=rank), changes=_changes)


async def _own(call: Call) -> Reply:
    """List or change parameters, with the caller's own rights."""
    return await param(call, call.account.rank)


ENDPOINTS = (
    *(_for(rank) for rank in (Rank.ADMIN, Rank.USERS, Rank.GUEST)),
    Endpoint("/cgi/param.cgi", Rank.GUEST, _own, changes=_changes),
)
