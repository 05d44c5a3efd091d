"""Greeting in a terminal: the camera's addresses, and a QR code of its page for phones."""

import os
import socket
import sys
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import TextIO

from ipcamd.app.core import Core
from ipcamd.device.interface_state import OwnAddress
from ipcamd.params.network import BONJOUR

QUIET_ZONE = 4
"""Light modules around the code (ISO/IEC 18004)."""
_PAIRS = {
    (False, False): "\x1b[37;47m\u2580",
    (False, True): "\x1b[37;40m\u2580",
    (True, False): "\x1b[30;47m\u2580",
    (True, True): "\x1b[30;40m\u2580",
}
"""Two modules, one above the other, as the upper half of a character and its background: True is dark.

Both colours are set, so the terminal's own do not matter.
"""
_PLAIN = "\x1b[0m"


def greet_terminal(core: Core, http: int | None, https: int | None, rtsp: int) -> None:
    """Print the greeting on standard error if that is a terminal. May block; failures are ignored."""
    if core.options.quiet or not is_terminal(sys.stderr):
        return
    names = list(_names(core))
    scheme, port = ("http", http) if http else ("https", https)
    pages = [f"{scheme}://{name}:{port}/" for name in names] if port else []
    lines = ["", "Open the camera:", *(f"  {page}" for page in pages)]
    lines += ["Players:", *(f"  rtsp://{name}:{rtsp}/" for name in names[:1]), ""]
    if pages and not _is_loopback(names[0]):
        lines += _code(pages[0])
    try:
        os.write(sys.stderr.fileno(), "\n".join((*lines, "")).encode(errors="replace"))
    except OSError:
        return


def is_terminal(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal."""
    return bool(stream and stream.isatty() and os.environ.get("TERM") != "dumb")


def _names(core: Core) -> Iterator[str]:
    """Yield addresses and names for URLs, preferring those that a phone in the same network can open."""
    hosts = core.listen.hosts
    if all(ip_address(host).is_unspecified for host in hosts):
        own = sorted(core.drivers.network.addresses(), key=_rank)
        yield from (_host(each.address) for each in own if _is_shown(each))
        yield socket.gethostname()
        if core.options.discovery and core.settings[BONJOUR.name].flag("Enabled"):
            yield f"{core.identity.network_name}.local"
        yield "localhost"
    else:
        yield from map(_host, hosts)


def _is_shown(own: OwnAddress) -> bool:
    address = ip_address(own.address)
    return not (address.is_loopback or address.is_link_local or own.is_temporary)


def _rank(own: OwnAddress) -> int:
    return ip_address(own.address).version


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def _code(text: str) -> list[str]:
    """Return the lines of a QR code; none if the terminal is too narrow, or cannot show its characters."""
    import segno  # needed only with a terminal

    rows = [list(map(bool, row)) for row in segno.make(text, micro=False).matrix_iter(border=QUIET_ZONE)]
    is_too_wide = os.get_terminal_size(sys.stderr.fileno()).columns < len(rows[0])
    if is_too_wide or "utf" not in sys.stderr.encoding.lower():
        return []
    return list(draw_code(rows))


def draw_code(rows: Sequence[Sequence[bool]]) -> Iterator[str]:
    """Yield the lines of a QR code for a terminal, two rows of modules (True is dark) in each."""
    light = [False] * len(rows[0])
    for number in range(0, len(rows), 2):
        below = rows[number + 1] if number + 1 < len(rows) else light
        yield "".join(_PAIRS[pair] for pair in zip(rows[number], below, strict=True)) + _PLAIN
