"""``/cgi/admin/ipfilter.cgi``: the IP filter (SDK 7)."""

from ipcamd.access.ip_filter import Entries
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text, unless_action
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.params.ipfilter import LISTS
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.wire.http.query import Query

_CHANGES = ("add", "remove", "removeall", "update")
ARGUMENTS = Arguments(
    Argument("action", "Change the lists or the policy, or list them.", OneOf((*_CHANGES, "list"))),
    *(Argument(name, "Entries to add or to remove.", kind, ("add", "remove")) for name, kind in LISTS.items()),
    Argument("Policy", "`Both`: the filter is on.", OneOf(("Disable", "Both")), ("update",)),
    Argument("name", "One list, or the policy; without it all lists.", OneOf((*LISTS, "Policy")), ("list",)),
    Argument("force", "Even if it locks the caller out.", YES_NO, _CHANGES, default="no"),
)


async def ipfilter(call: Call) -> Reply:
    """Add, remove or list entries, remove all, or enable and disable the filter."""
    query, ip_filter = call.query, call.camera.ip_filter
    match ARGUMENTS.word(query, "action"):
        case "list":
            return _listing(call)
        case "add":
            await ip_filter.add(_entries(query), call.requester(), _kept(call))
        case "remove":
            await ip_filter.remove(_entries(query), call.requester(), _kept(call))
        case "removeall":
            await ip_filter.remove_all(call.requester())
        case _:  # update
            await ip_filter.set_policy(ARGUMENTS.word(query, "Policy"), call.requester(), _kept(call))
    return text("OK")


def _listing(call: Call) -> Reply:
    """Return one list or the policy; without a name all lists, each under its name. An empty line ends each."""
    entries = {name: [entry.text for entry in call.camera.ip_filter.entries(name)] for name in LISTS}
    if call.query.get("name") is None:
        return text(*(line for name in LISTS for line in (f"[{name}]", *entries[name], "")))
    name = ARGUMENTS.word(call.query, "name")
    return text(*(entries[name] if name in LISTS else (call.camera.ip_filter.policy,)), "")


def _entries(query: Query) -> Entries:
    """Return the sent entries, by list. Raises ``RequestFailed`` if there are none."""
    sent = {name: kind.value(value) for name, kind in LISTS.items() if (value := query.get(name)) is not None}
    if not any(sent.values()):
        raise RequestFailed(f"at least one address is needed, in one of {', '.join(LISTS)}")
    return sent


def _kept(call: Call) -> tuple[str, ...]:
    """Return the addresses that must not be locked out: the caller's, and that of a trusted proxy."""
    return () if ARGUMENTS.flag(call.query, "force") else tuple({call.address, call.peer or call.address})


ENDPOINT = Endpoint("/cgi/admin/ipfilter.cgi", Rank.ADMIN, ipfilter, changes=unless_action("list"), arguments=ARGUMENTS)
