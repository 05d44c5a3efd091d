"""Users (ONVIF Core, 8.4): the camera's accounts."""

from collections.abc import Sequence

from ipcamd.access.accounts import MAX_ACCOUNTS, NAME_LIMIT, NAMES, AccountEdit
from ipcamd.errors import RequestFailed
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, invalid_argument, prohibited, receiver_fault
from ipcamd.onvif.soap.values import one_of, string
from ipcamd.onvif.soap.writer import Content, node
from ipcamd.params.group import Rank

LEVELS = {"Administrator": Rank.ADMIN, "Operator": Rank.USERS, "User": Rank.GUEST}
"""User level to rank."""
_LEVEL_OF = {rank: level for level, rank in LEVELS.items()}


def get_users(call: OperationCall) -> Content:
    """List the accounts, without passwords."""
    return [
        node("tds:User", node("tt:Username", name), node("tt:UserLevel", _LEVEL_OF[entry.account.rank]))
        for name, entry in call.camera.accounts.entries.items()
    ]


async def create_users(call: OperationCall) -> None:
    """Add accounts, all of them or none."""
    accounts, users = call.camera.accounts, call["User"]
    if len(accounts.entries) + len(users) > MAX_ACCOUNTS:
        raise receiver_fault("Action", "TooManyUsers", reason=f"there can be {MAX_ACCOUNTS} accounts")
    names = [user.value(string, "Username") for user in users]
    if taken := [name for name in names if accounts.entry(name) or names.count(name) > 1]:
        raise prohibited(f"{taken[0][:32]}: an account with this name exists already", "UsernameClash")
    if long := [name for name in names if len(name) > NAME_LIMIT]:
        raise prohibited(f"{long[0][:NAME_LIMIT]}...: {NAMES}", "UsernameTooLong")
    pairs = zip(names, users, strict=True)
    await _change(call, [accounts.adding(name, _password(user), _rank(user)) for name, user in pairs])


async def delete_users(call: OperationCall) -> None:
    """Remove accounts; all must exist, and none may be the caller's or the last administrator's."""
    accounts, names = call.camera.accounts, call["Username"]
    for name in names:
        if accounts.entry(name) is None:
            raise _missing(name)
        if name == call.http.account.name:
            raise prohibited(f"{name} is your own account", "FixedUser")
    try:
        await accounts.change([accounts.removing(name, call.requester()) for name in names], call.requester())
    except RequestFailed as error:
        raise prohibited(str(error), "FixedUser") from error


async def set_users(call: OperationCall) -> None:
    """Change password and level of accounts, of all of them or none."""
    accounts, users = call.camera.accounts, call["User"]
    names = [user.value(string, "Username") for user in users]
    for name in names:
        if accounts.entry(name) is None:
            raise _missing(name)
    edits = [
        accounts.updating(name, user.optional(string, "Password") or None, _rank(user))
        for name, user in zip(names, users, strict=True)
    ]
    await _change(call, edits)


async def _change(call: OperationCall, edits: Sequence[AccountEdit]) -> None:
    """Make all changes or none. Raises ``Fault`` and ``StoreError``."""
    try:
        await call.camera.accounts.change(edits, call.requester())
    except RequestFailed as error:
        if str(error).startswith("pwd"):
            raise prohibited(str(error), "Password") from error
        raise invalid_argument(str(error)) from error


def _rank(user: Element) -> Rank:
    return LEVELS[user.value(one_of(*LEVELS), "UserLevel")]


def _password(user: Element) -> str:
    password = user.optional(string, "Password")
    if not password:
        raise prohibited("Password: an account needs one", "Password")
    return password


def _missing(name: str) -> Fault:
    return invalid_argument(f"{name[:32]}: there is no such account", "UsernameMissing")
