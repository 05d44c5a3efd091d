"""State of clock and network for the system page: ``/web/system``."""

from typing import Any

from ipcamd.cgi.answer import JSON
from ipcamd.cgi.arguments import NO_ARGUMENTS
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.params.group import Rank
from ipcamd.params.network import DNSUPDATE, PORT_MAPPING
from ipcamd.params.time import TIME
from ipcamd.state_feed import readable_values
from ipcamd.web.page_request import json_reply, read_endpoint


def host_state(call: Call) -> Reply:
    """Answer with the local time and the state of NTP, with the addresses, and with an unconfirmed change of the
    network."""
    return json_reply({"time": _time(call), "network": _network(call)})


def _time(call: Call) -> dict[str, Any]:
    camera = call.camera
    now_ns, status = camera.clock.now_ns(), camera.ntp.status
    synchronized = status.synchronized_ns
    return {
        "now": camera.clock.local(now_ns).isoformat(timespec="milliseconds"),
        "by_ntp": camera.settings[TIME.name]["SyncSource"] == "NTP",
        "ntp_problem": status.problem,
        "synchronized": synchronized and camera.clock.local(synchronized).isoformat(timespec="seconds"),
        "offset_s": status.offset_s,
    }


def _network(call: Call) -> dict[str, Any]:
    camera, change = call.camera, call.camera.address_change
    remaining_s = change.remaining_s
    return {
        "addresses": [f"{each.address} ({each.interface})" for each in camera.drivers.network.addresses()],
        "waiting": None if remaining_s is None else {"address": change.address, "remaining_s": round(remaining_s)},
        "ddns": readable_values(camera.settings, DNSUPDATE, Rank.ADMIN)["Status"],
        "port_mapping": readable_values(camera.settings, PORT_MAPPING, Rank.ADMIN)["Status"],
    }


ENDPOINTS = (read_endpoint("/web/system", Rank.ADMIN, host_state, NO_ARGUMENTS, JSON),)
"""Endpoint of time and network."""
