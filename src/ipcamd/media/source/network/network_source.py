"""Network source: a camera or a video file on the network."""

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.network.tls_password_policy import TlsPolicy
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted

if TYPE_CHECKING:
    from ipcamd.media.source.network.hls_playlist import PlaylistMemory
    from ipcamd.media.source.network.rtsp.rtsp_client import RtspClient
    from ipcamd.media.source.reception import Reception

_SCHEMES = ("rtsp", "rtsps", "http", "https")


class NetworkSource:
    """Source at an address: ``rtsp://`` or ``http://``, with ``s`` for TLS, optionally with ``user:password@``."""

    sound = True
    """True, because the presence of sound is unknown before the source plays."""

    def __init__(self, url: str, clock: Clock, tls: TlsPolicy = TlsPolicy.AUTO) -> None:
        """`url` may contain a login; `clock` gives the capture times. Raises `ConfigError` if it is no address of a
        source."""
        self._url = url
        self._clock = clock
        self._tls = tls
        self._rtsp: RtspClient | None = None
        self._playlists: PlaylistMemory | None = None
        self.name = _public(url)
        parts = _split(url)
        if parts is None or not parts.hostname or any(c.isspace() or not c.isprintable() for c in url):
            raise ConfigError(f"source {self.name}: is not an address such as rtsp://192.168.1.20:554/stream")
        if parts.scheme not in _SCHEMES:
            raise ConfigError(f"source {self.name}: unknown scheme {parts.scheme}; use {', '.join(_SCHEMES)}, srt")

    def check(self) -> None:
        """See `Source`: nothing is left to check, because a camera may be reachable later."""

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[SourceItem]:
        """See `Source`."""
        from ipcamd.media.source.reception import Reception

        try:
            yield from self._play(Reception(wanted, stop, self._clock))
        except SourceError:
            if not stop.is_set():
                raise

    def _play(self, reception: "Reception") -> Iterator[SourceItem]:
        """Return the pictures and sound of the client for the scheme. Raises `SourceError`, also when stopped."""
        if self._url.lower().startswith("rtsp"):
            from ipcamd.media.source.network.rtsp.rtsp_client import RtspClient

            self._rtsp = self._rtsp or RtspClient(self._url, self._tls)
            return self._rtsp.play(reception)
        from ipcamd.media.source.network.hls_playlist import PlaylistMemory
        from ipcamd.media.source.network.http_source import play_http

        self._playlists = self._playlists or PlaylistMemory()
        return play_http(self._url, self._tls, self._playlists, reception)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises if it is no port
    except ValueError:
        return None
    return parts


def _public(url: str) -> str:
    """Return the address without login and query, which may be secret."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}".partition("?")[0].partition("#")[0]
