"""Users (ONVIF Core, 8.4): the camera's accounts."""

from collections.abc import Sequence

from ipcamd.access.accounts import MAX_ACCOUNTS, NAME_LIMIT, NAMES, AccountEdit
from ipcamd.errors import RequestFailed
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, invalid_argument, receiver_fault, sender_fault
from ipcamd.onvif.soap.values import one_of, string
from ipcamd.onvif.soap.writer import Content, node
from ipcamd.params.group import Rank

LEVELS = {"Administrator": Rank.ADMIN, "Operator": Rank.USERS, "User": Rank.GUEST}
"""User level to rank."""
_LEVEL_OF = {rank: level for level, rank in LEVELS.items()}


def get_users(call: OperationCall) -> Content:
    """List the accounts, without passwords."""
    accounts = (entry.account for entry in call.camera.accounts.entries.values())
    return [
        node("tds:User", node("tt:Username", account.name), node("tt:UserLevel", _LEVEL_OF[account.rank]))
        for account in accounts
    ]


async def create_users(call: OperationCall) -> Content:
    """Add accounts, all of them or none."""
    accounts, users = call.camera.accounts, call["User"]
    if len(accounts.entries) + len(users) > MAX_ACCOUNTS:
        raise receiver_fault("Action", "TooManyUsers", reason=f"there can be {MAX_ACCOUNTS} accounts")
    names = [user.value(string, "Username") for user in users]
    if taken := [name for name in names if accounts.entry(name) or names.count(name) > 1]:
        raise sender_fault(
            "OperationProhibited", "UsernameClash", reason=f"{taken[0][:32]}: an account with this name exists already"
        )
    if long := [name for name in names if len(name) > NAME_LIMIT]:
        raise sender_fault("OperationProhibited", "UsernameTooLong", reason=f"{long[0][:NAME_LIMIT]}...: {NAMES}")
    edits = [accounts.adding(user.value(string, "Username"), _password(user), _rank(user)) for user in users]
    await _change(call, edits)
    return None


async def delete_users(call: OperationCall) -> Content:
    """Remove accounts; all must exist, and none may be the caller's or the last administrator's."""
    accounts, names = call.camera.accounts, call["Username"]
    for name in names:
        if accounts.entry(name) is None:
            raise _missing(name)
        if name == call.http.account.name:
            raise sender_fault("OperationProhibited", "FixedUser", reason=f"{name} is your own account")
    try:
        await accounts.change([accounts.removing(name, call.requester()) for name in names], call.requester())
    except RequestFailed as error:
        raise sender_fault("OperationProhibited", "FixedUser", reason=str(error)) from error
    return None


async def set_users(call: OperationCall) -> Content:
    """Change password and level of accounts, of all of them or none."""
    accounts, users = call.camera.accounts, call["User"]
    for user in users:
        if accounts.entry(user.value(string, "Username")) is None:
            raise _missing(user.value(string, "Username"))
    await _change(
        call,
        [
            accounts.updating(user.value(string, "Username"), user.optional(string, "Password") or None, _rank(user))
            for user in users
        ],
    )
    return None


async def _change(call: OperationCall, edits: Sequence[AccountEdit]) -> None:
    """Make all changes or none. Raises ``Fault`` and ``StoreError``."""
    try:
        await call.camera.accounts.change(edits, call.requester())
    except RequestFailed as error:
        if str(error).startswith("pwd"):
            raise sender_fault("OperationProhibited", "Password", reason=str(error)) from error
        raise invalid_argument(str(error)) from error


def _rank(user: Element) -> Rank:
    return LEVELS[user.value(one_of(*LEVELS), "UserLevel")]


def _password(user: Element) -> str:
    password = user.optional(string, "Password")
    if not password:
        raise sender_fault("OperationProhibited", "Password", reason="Password: an account needs one")
    return password


def _missing(name: str) -> Fault:
    return invalid_argument(f"{name[:32]}: there is no such account", "UsernameMissing")
