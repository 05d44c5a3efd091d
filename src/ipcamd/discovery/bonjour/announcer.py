"""Bonjour announcer: the web page and the streams as services of multicast DNS (SDK 10.27)."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.device.interface_state import OwnAddress

if TYPE_CHECKING:
    from zeroconf import ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

LABEL_BYTES = 60
"""Maximum bytes of a service name: 63 (RFC 6763, section 4.1.1), less some for a number."""


@dataclass(frozen=True, slots=True)
class BonjourServices:
    """Announced state."""

    addresses: tuple[OwnAddress, ...]
    name: str
    """The friendly name."""
    host: str
    """Host name without ``.local``."""
    http_port: int | None
    """None while plain HTTP is off."""
    rtsp_port: int
    """TCP port."""

    @property
    def ports(self) -> dict[str, int]:
        """Service type to port."""
        http = {"_http._tcp.local.": self.http_port} if self.http_port else {}
        return {**http, "_rtsp._tcp.local.": self.rtsp_port}


class BonjourAnnouncer:
    """One responder for all links. Each change creates a new one, without old state."""

    def __init__(self, allows: Callable[[str], bool]) -> None:
        """`allows` returns whether the IP filter admits an address."""
        self._allows = allows
        self._responder: AsyncZeroconf | None = None

    async def apply(self, wanted: BonjourServices | None) -> None:
        """Announce this state, or nothing. If another device has the name, a number is appended. Raises ``OSError``."""
        await self._stop()
        if wanted:
            await self._start(wanted)

    async def _start(self, wanted: BonjourServices) -> None:
        from zeroconf import Error
        from zeroconf.asyncio import AsyncZeroconf

        from ipcamd.discovery.bonjour.link_addresses import LinkZeroconf

        self._responder = AsyncZeroconf(zc=LinkZeroconf(wanted.addresses, self._allows))
        register = self._responder.async_register_service
        try:
            announcing = [await register(info, allow_name_change=True, strict=False) for info in _infos(wanted)]
            await asyncio.gather(*announcing)
        except Error as error:
            raise OSError(f"the name cannot be announced ({error or type(error).__name__})") from error

    async def _stop(self) -> None:
        responder, self._responder = self._responder, None
        if responder:
            await responder.async_close()


def _infos(wanted: BonjourServices) -> list["ServiceInfo"]:
    from zeroconf import ServiceInfo

    return [
        ServiceInfo(
            kind,
            f"{label_of(wanted.name or wanted.host)}.{kind}",
            port,
            properties={"path": "/"},
            server=f"{wanted.host}.local.",
            parsed_addresses=[own.address for own in wanted.addresses],
        )
        for kind, port in wanted.ports.items()
    ]


def label_of(name: str) -> str:
    """Return a name as one DNS label: at most `LABEL_BYTES`, and without dots, which separate labels."""
    return name.replace(".", " ").encode()[:LABEL_BYTES].decode(errors="ignore").strip()
