"""``/cgi/admin/pwdgrp.cgi``: accounts (SDK 1.2)."""

from ipcamd.access.accounts import NAMES
from ipcamd.access.passwords import ALLOWED
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text, unless_action
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.wire.http.query import Query

GROUPS = {"admin": Rank.ADMIN, "users": Rank.USERS, "guest": Rank.GUEST}
"""The SDK's groups of accounts, in its order."""

ARGUMENTS = Arguments(
    Argument("action", "Add, change, remove or list accounts.", OneOf(("add", "update", "remove", "get"))),
    Argument("user", f"Name of the account: {NAMES}."),
    Argument("pwd", f"Password: {ALLOWED}."),
    Argument("grp", "Group of the account; for `get`: the group to list.", OneOf(tuple(GROUPS))),
)
"""Each action ignores arguments of the others."""


async def pwdgrp(call: Call) -> Reply:
    """Add, change, remove or list accounts. Unknown parameters are refused, those of other actions ignored."""
    query, accounts, by = call.query, call.camera.accounts, call.requester()
    match ARGUMENTS.word(query, "action"):
        case "add":
            await accounts.add(_needed(query, "user"), _needed(query, "pwd"), _group(query), by)
        case "update":
            await _update(call)
        case "remove":
            await accounts.remove(_needed(query, "user"), by)
        case _:  # get
            return _listing(call)
    return text("OK")


async def _update(call: Call) -> None:
    query = call.query
    user, password = _needed(query, "user"), query.get("pwd")
    if password is None and query.get("grp") is None:
        raise RequestFailed("action=update: at least one of pwd and grp is needed")
    rank = None if query.get("grp") is None else _group(query)
    await call.camera.accounts.update(user, password, rank, call.requester())


def _listing(call: Call) -> Reply:
    wanted = GROUPS.values() if call.query.get("grp") is None else (_group(call.query),)
    names = call.camera.accounts.names
    return text(*(f'{name}="{",".join(names(rank))}"' for name, rank in GROUPS.items() if rank in wanted))


def _needed(query: Query, name: str) -> str:
    value = query.get(name)
    if value is None:
        raise RequestFailed(f"{name}: is missing")
    return value


def _group(query: Query) -> Rank:
    _needed(query, "grp")
    return GROUPS[ARGUMENTS.word(query, "grp")]


ENDPOINT = Endpoint("/cgi/admin/pwdgrp.cgi", Rank.ADMIN, pwdgrp, changes=unless_action("get"), arguments=ARGUMENTS)
