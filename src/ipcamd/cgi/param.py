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
from ipcamd.params.group import Group, Origin, Param, Rank, Values
from ipcamd.store.settings import Change
from ipcamd.wire.query import Query

ACTIONS = ("list", "alllist", "allist", "update", "add", "remove")
HIDDEN = "********"
"""How a secret is listed; sent back, it leaves the secret alone (clarifications, Every CGI)."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A group, and the one of its names that the request used and the answer repeats."""

    group: Group
    name: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """One parameter of an update."""

    named: _Named
    param: Param
    value: str
    """Canonical; `HIDDEN` for a secret that stays as it is."""


async def answer(call: Call, rank: Rank) -> Reply:
    """Do one request with the rights of `rank`."""
    match (call.query.get("action") or "").lower():
        case "alllist" | "allist":
            return text(*_listing(call.camera, [_Named(g, g.name) for g in GROUPS if _seen(g, rank)], rank))
        case "list":
            return text(*_listed(call, rank))
        case "update":
            return text(*await _update(call, rank))
        case "add" | "remove" as action:
            raise RequestFailed(
                f"action={action}: group={_shown(call.query.get('group') or '')} is not a dynamic group"
            )
        case action:
            raise RequestFailed(f"action={_shown(action)}: allowed: {', '.join(ACTIONS)}")


def _listed(call: Call, rank: Rank) -> Iterator[str]:
    groups = _groups(call.query)
    name = call.query.get("name")
    if name is None:
        yield from _listing(call.camera, groups, rank)
        return
    for named in groups:
        param = _param(named, name)
        if param.get > rank:
            raise RequestFailed(f"{named.name}.{param.name}: not to be read as {rank.name.lower()}")
        yield _line(call.camera, named, param)


def _listing(camera: Camera, groups: Iterable[_Named], rank: Rank) -> Iterator[str]:
    for named in groups:
        if not (seen := _seen(named.group, rank)):
            raise RequestFailed(f"group={named.name}: not to be read as {rank.name.lower()}")
        yield f"[{named.name}]"
        for param in seen:
            yield _line(camera, named, param)
        yield ""


def _seen(group: Group, rank: Rank) -> list[Param]:
    return [param for param in group.params if param.get <= rank]


def _line(camera: Camera, named: _Named, param: Param) -> str:
    value = HIDDEN if param.secret else _value(camera, named.group, param)
    return f"{named.name}.{param.name}={value}"


def _value(camera: Camera, group: Group, param: Param) -> str:
    if param.origin is Origin.STORED:
        return camera.settings[group.name][param.name]
    live = camera.live.get((group.name, param.name))
    return live() if live else param.default


async def _update(call: Call, rank: Rank) -> list[str]:
    asked = _asked(call, rank)
    changes, lines = [], [f"{a.named.name}.{a.param.name}={HIDDEN if a.param.secret else a.value}" for a in asked]
    for named in {a.named: None for a in asked}:
        sent = {a.param.name: a.value for a in asked if a.named == named and a.value != HIDDEN}
        settled = _settled(call.camera, named.group, sent)
        lines += [f"{named.name}.{name}={value}" for name, value in settled.items()]
        changes += [Change(named.group.name, name, value) for name, value in {**sent, **settled}.items()]
    if changes:
        await call.camera.settings.update(changes)
    return lines


def _settled(camera: Camera, group: Group, sent: Values) -> Values:
    return group.settle({**camera.settings[group.name], **sent}, sent) if group.settle else {}


def _asked(call: Call, rank: Rank) -> list[_Asked]:
    groups = _groups(call.query)
    if len(groups) != 1:
        raise RequestFailed("group: one group at a time")
    pairs = {name.lower(): (name, value) for name, value in call.query.pairs if name.lower() not in ("action", "group")}
    if not pairs:
        raise RequestFailed("update: no parameter was sent")
    return [_checked(groups[0], name, value, rank) for name, value in pairs.values()]


def _checked(named: _Named, name: str, value: str, rank: Rank) -> _Asked:
    param = _param(named, name)
    if param.set is None:
        raise RequestFailed(f"{named.name}.{param.name}: read-only")
    if param.set > rank:
        raise RequestFailed(f"{named.name}.{param.name}: not to be set as {rank.name.lower()}")
    if param.secret and value == HIDDEN:
        return _Asked(named, param, HIDDEN)
    try:
        return _Asked(named, param, param.kind.parse(value))
    except ValueError as error:
        shown = HIDDEN if param.secret else _shown(value)
        raise RequestFailed(f"{named.name}.{param.name}={shown}: allowed: {error}") from error


def _groups(query: Query) -> list[_Named]:
    return [_named(name.strip()) for name in (query.get("group") or "").split(",")]


def _named(name: str) -> _Named:
    group = find(name)
    if group is None:
        raise RequestFailed(f"group={_shown(name)}: allowed: {', '.join(g.name for g in GROUPS)}")
    return _Named(group, next(n for n in (group.name, *group.aliases) if n.lower() == name.lower()))


def _param(named: _Named, name: str) -> Param:
    param = named.group.param(name)
    if param is None:
        names = ", ".join(p.name for p in named.group.params)
        raise RequestFailed(f"{_shown(name)}: not in {named.name}; allowed: {names}")
    return param


def _shown(value: str) -> str:
    """Return what a request sent, fit to be repeated in an answer: one line, not long."""
    return "".join(c if c.isprintable() else "?" for c in value[:64])


def _changes(query: Query) -> bool:
    return (query.get("action") or "").lower() not in ("list", "alllist", "allist")


def _endpoint(rank: Rank) -> Endpoint:
    path = f"/cgi/{rank.name.lower()}/param.cgi"
    return Endpoint(path, rank, functools.partial(answer, rank=rank), changes=_changes)


ENDPOINTS = (
    *(_endpoint(rank) for rank in (Rank.ADMIN, Rank.USERS, Rank.GUEST)),
    Endpoint("/cgi/param.cgi", Rank.GUEST, lambda call: answer(call, call.account.rank), changes=_changes),
)
