"""``/cgi/admin/ipfilter.cgi``: the IP filter (SDK 7)."""

from ipcamd.access.ip_filter import Entries
from ipcamd.cgi.arguments import refuse_unknown, word_of
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.errors import RequestFailed, shown
from ipcamd.params.group import Rank
from ipcamd.params.ipfilter import LISTS
from ipcamd.params.kinds.address_range import AddressRange
from ipcamd.wire.http.query import Query

ACTIONS = ("add", "remove", "removeall", "update", "list")


async def ipfilter(call: Call) -> Reply:
    """Add or remove entries, remove all, enable the filter or not, list the entries."""
    query, ip_filter = call.query, call.camera.ip_filter
    match word_of(query, "action", ACTIONS):
        case "list":
            return _listing(call)
        case "add":
            await ip_filter.add(_entries(query), call.requester(), _kept(call))
        case "remove":
            await ip_filter.remove(_entries(query), call.requester(), _kept(call))
        case "removeall":
            refuse_unknown(query, "action", "force")
            await ip_filter.remove_all(call.requester())
        case _:  # update
            await ip_filter.set_policy(_policy(query), call.requester(), _kept(call))
    return text("OK")


def _listing(call: Call) -> Reply:
    """Return one list or the policy; without a name all lists, each under its name. An empty line ends each."""
    refuse_unknown(call.query, "action", "name")
    entries = {name: [entry.text for entry in call.camera.ip_filter.entries(name)] for name in LISTS}
    if call.query.get("name") is None:
        return text(*(line for name in LISTS for line in (f"[{name}]", *entries[name], "")))
    names = {name.lower(): name for name in (*LISTS, "Policy")}
    name = names[word_of(call.query, "name", names)]
    return text(*(entries[name] if name in LISTS else (call.camera.ip_filter.policy,)), "")


def _entries(query: Query) -> Entries:
    """Return the entries that were sent, by list. Raises ``RequestFailed`` if there are none."""
    refuse_unknown(query, "action", *LISTS, "force")
    sent = {name: _parsed(name, value) for name in LISTS if (value := query.get(name)) is not None}
    if not any(sent.values()):
        raise RequestFailed(f"at least one address is needed, in one of {', '.join(LISTS)}")
    return sent


def _parsed(name: str, value: str) -> tuple[AddressRange, ...]:
    try:
        return LISTS[name].value(value)
    except ValueError as error:
        raise RequestFailed(f"{name}={shown(value)}: allowed: {error}") from None


def _policy(query: Query) -> str:
    refuse_unknown(query, "action", "Policy", "force")
    return {"disable": "Disable", "both": "Both"}[word_of(query, "Policy", ("disable", "both"))]


def _kept(call: Call) -> tuple[str, ...]:
    """Return the addresses that must not be locked out: the caller's, and that of a proxy between."""
    is_forced = word_of(call.query, "force", ("yes", "no"), "no") == "yes"
    return () if is_forced else tuple({call.address, call.peer or call.address})


def _changes(query: Query) -> bool:
    return (query.get("action") or "").lower() != "list"


ENDPOINT = Endpoint("/cgi/admin/ipfilter.cgi", Rank.ADMIN, ipfilter, changes=_changes)
