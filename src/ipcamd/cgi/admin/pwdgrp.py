"""``/cgi/admin/pwdgrp.cgi``: accounts (SDK 1.2)."""

from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.wire.query import Query

GROUPS = {"admin": Rank.ADMIN, "users": Rank.USERS, "guest": Rank.GUEST}
"""The SDK's groups of accounts, in its order."""

_PARAMETERS = ("action", "user", "pwd", "grp")
_ACTIONS = ("add", "update", "remove", "get")


async def pwdgrp(call: Call) -> Reply:
    """Add, change, remove or list accounts. Unknown parameters are refused, unneeded ones ignored."""
    query, accounts = call.query, call.camera.accounts
    for name, _ in query.pairs:
        if name.lower() not in _PARAMETERS:
            raise RequestFailed(f"{_printable(name)}: unknown parameter; allowed are {', '.join(_PARAMETERS)}")
    match _action(query):
        case "add":
            await accounts.add(_needed(query, "user"), _needed(query, "pwd"), _group(_needed(query, "grp")))
        case "update":
            await _update(call)
        case "remove":
            await accounts.remove(_needed(query, "user"), by=call.account.name)
        case "get":
            return _listing(call)
        case _:
            action = _printable(query.get("action") or "")
            raise RequestFailed(f"action={action}: allowed are {', '.join(_ACTIONS)}")
    return text("OK")


async def _update(call: Call) -> None:
    user, password, group = _needed(call.query, "user"), call.query.get("pwd"), call.query.get("grp")
    if password is None and group is None:
        raise RequestFailed("action=update: at least one of pwd and grp is needed")
    await call.camera.accounts.update(user, password, None if group is None else _group(group))


def _listing(call: Call) -> Reply:
    wanted = call.query.get("grp")
    groups = GROUPS if wanted is None else {wanted.lower(): _group(wanted)}
    return text(*(f'{name}="{",".join(call.camera.accounts.names(rank))}"' for name, rank in groups.items()))


def _needed(query: Query, name: str) -> str:
    value = query.get(name)
    if value is None:
        raise RequestFailed(f"{name}: is missing")
    return value


def _group(value: str) -> Rank:
    rank = GROUPS.get(value.lower())
    if rank is None:
        raise RequestFailed(f"grp={_printable(value)}: allowed are {', '.join(GROUPS)}")
    return rank


def _action(query: Query) -> str:
    return (query.get("action") or "").lower()


def _printable(value: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in value[:32])


def _changes(query: Query) -> bool:
    return _action(query) != "get"


ENDPOINT = Endpoint("/cgi/admin/pwdgrp.cgi", Rank.ADMIN, pwdgrp, changes=_changes)
