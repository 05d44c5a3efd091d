"""SSDP messages: announcements, searches and their answers (UPnP Device Architecture 1.1, section 1)."""

import re
from collections.abc import Mapping

from ipcamd.dataclass import dataclass

GROUP = "239.255.255.250"
"""Multicast address of SSDP over IPv4 (UPnP Device Architecture 2.0, 1)."""
LINK_GROUP = "FF02::C"
"""Multicast address over IPv6 for link-local addresses (UPnP Device Architecture 2.0, A.4)."""
SITE_GROUP = "FF05::C"
"""Multicast address over IPv6 for all other addresses."""
GLOBAL_GROUP = "FF0E::C"
"""Second multicast address over IPv6 for all other addresses."""
PORT = 1900
"""UDP port of SSDP."""
MAX_AGE_S = 1800
"""Validity of an announcement in seconds (CACHE-CONTROL)."""
SIZE_BYTES = 2048
"""Maximum bytes of a message; longer ones are ignored."""
ALL = "ssdp:all"
ROOT_DEVICE = "upnp:rootdevice"
SERVER = "Linux UPnP/1.1 ipcamd"
"""Product names without versions, which would only help attackers."""

_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([^\r\n]*)")


@dataclass(frozen=True, slots=True)
class SsdpSearch:
    """A search by multicast (M-SEARCH): kind of device (ST), and seconds within which devices answer (MX)."""

    target: str
    delay_s: int


@dataclass(frozen=True, slots=True)
class SsdpDevice:
    """A device without services, as announced on one address."""

    udn: str
    """``uuid:...``."""
    kind: str
    """``urn:schemas-upnp-org:device:...``."""
    group: str
    """Multicast address of its announcements."""
    location: str
    """URL of the description."""
    boot_id: int
    """Increases with each new announcement of the camera; equal on all addresses."""
    config_id: int
    """0 to 16777215; changes with the description."""

    @property
    def targets(self) -> tuple[str, str, str]:
        """The notification types of a root device."""
        return ROOT_DEVICE, self.udn, self.kind

    def usn(self, target: str) -> str:
        """Return the unique service name of one of `targets`."""
        return self.udn if target == self.udn else f"{self.udn}::{target}"

    def matching(self, target: str) -> tuple[str, ...]:
        """Return the members of `targets` that match a search for `target`."""
        return self.targets if target == ALL else tuple(each for each in self.targets if each == target)


def parse_search(data: bytes) -> SsdpSearch | None:
    """Return the search in a datagram; None for other messages, such as announcements of other devices. Raises
    ``ValueError`` for a search that must be ignored."""
    if not data.startswith(b"M-SEARCH ") or len(data) > SIZE_BYTES:
        return None
    start, fields = _parse_message(data)
    if start != "M-SEARCH * HTTP/1.1" or fields.get("man") != '"ssdp:discover"':
        raise ValueError("the search is not one of SSDP")
    delay = fields.get("mx", "")
    if not re.fullmatch(r"[0-9]{1,9}", delay):
        raise ValueError("the search has no MX")
    return SsdpSearch(fields.get("st", ""), int(delay))


def parse_answer(data: bytes) -> Mapping[str, str]:
    """Return the fields of an answer to a search, with lower-case names. Raises ``ValueError`` for another message."""
    if len(data) > SIZE_BYTES:
        raise ValueError("the answer is too long")
    start, fields = _parse_message(data)
    if not start.startswith("HTTP/1.1 200"):
        raise ValueError("the datagram is not an answer to a search")
    return fields


def format_search(group: str, target: str, delay_s: int) -> bytes:
    """Return a search for `group`."""
    return _message("M-SEARCH * HTTP/1.1", HOST=_host(group), MAN='"ssdp:discover"', MX=str(delay_s), ST=target)


def format_answer(device: SsdpDevice, target: str) -> bytes:
    """Return the answer to a search that matches `target`, one of the device's."""
    return _message("HTTP/1.1 200 OK", EXT="", **_description(device), ST=target, **_identity(device, target))


def format_alive(device: SsdpDevice, target: str) -> bytes:
    """Return the announcement of one of the device's targets."""
    return _format_notify(device, target, "ssdp:alive", **_description(device))


def format_byebye(device: SsdpDevice, target: str) -> bytes:
    """Return the byebye message of one of the device's targets."""
    return _format_notify(device, target, "ssdp:byebye")


def _format_notify(device: SsdpDevice, target: str, subtype: str, **fields: str) -> bytes:
    named = {"NT": target, "NTS": subtype, **_identity(device, target)}
    return _message("NOTIFY * HTTP/1.1", HOST=_host(device.group), **fields, **named)


def _host(group: str) -> str:
    return f"[{group}]:{PORT}" if ":" in group else f"{group}:{PORT}"


def _description(device: SsdpDevice) -> dict[str, str]:
    return {"CACHE_CONTROL": f"max-age={MAX_AGE_S}", "LOCATION": device.location, "SERVER": SERVER}


def _identity(device: SsdpDevice, target: str) -> dict[str, str]:
    versions = {"BOOTID.UPNP.ORG": str(device.boot_id), "CONFIGID.UPNP.ORG": str(device.config_id)}
    return {"USN": device.usn(target), **versions}


def _message(start: str, **fields: str) -> bytes:
    lines = (f"{name.replace('_', '-')}: {value}" for name, value in fields.items())
    return "\r\n".join((start, *lines, "", "")).encode("ascii")


def _parse_message(data: bytes) -> tuple[str, dict[str, str]]:
    """Return the start line and the fields, with lower-case names; invalid lines are skipped."""
    start, *lines = data.decode("latin-1").splitlines() or [""]
    found = (_FIELD.fullmatch(line) for line in lines)
    return start.rstrip(), {match[1].lower(): match[2].strip() for match in found if match}
