"""Messages of the start: the ready line and the first password on standard output; in a terminal, the camera's
addresses and a QR code of its page for phones."""

import errno
import logging
import os
import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from typing import TextIO

from ipcamd.app.core import Core
from ipcamd.app.services import Ports
from ipcamd.device.interface_state import OwnAddress
from ipcamd.errors import ConfigError
from ipcamd.params.network import BONJOUR

_log = logging.getLogger(__name__)


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
        from ipcamd.app.process.terminal_qr_code import qr_code_lines  # needed only with a terminal

        lines += qr_code_lines(pages[0])
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


def print_ready_line(pid: int, ports: Ports) -> None:
    """Print the ready line on standard output.

    A failure is only logged: after a restart its reader may be closed.
    """
    shown = {"http": ports.http, "https": ports.https, "rtsp": ports.rtsp, "talk": ports.talk, "pid": pid}
    shown |= {"rtsps": ports.rtsps, "webrtc": ports.webrtc}  # scripts depend on the order of the earlier fields
    try:
        _print_line(" ".join(("ready", *(f"{name}={number or '-'}" for name, number in shown.items()))))
    except OSError as error:
        _log.warning("the ready line cannot be written: %s", error)
    if os.geteuid() == 0:
        _log.warning(
            "the camera runs as root, which it does not need: start it as a separate user that may read the source; "
            "ports below 1024 need CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=)"
        )


def print_password(core: Core, password: str) -> None:
    """Print the first administrator's password, once. Raises ``ConfigError`` if it cannot be printed."""
    try:
        _print_line(f"first start: user {core.options.admin_user} password {password}")
    except OSError as error:
        raise ConfigError(
            f"the administrator's password cannot be written to standard output ({error.strerror}): "
            "set one with --admin-password"
        ) from error
    core.accounts.mark_password_printed()


def _print_line(line: str) -> None:
    """Write a line to standard output, unbuffered, because a buffer would fail again at exit. Raises ``OSError``."""
    if not sys.stdout:
        raise OSError(errno.EBADF, "it is closed")
    os.write(sys.stdout.fileno(), f"{line}\n".encode())
