"""RTSP client: opens an address over the first transport that works (see `TransportOrder`).

RTP over TCP is received here, if the codecs are known; FFmpeg receives everything else.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing

from ipcamd.errors import SourceError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.ffmpeg import OpenFailed, open_media
from ipcamd.media.source.network.ffmpeg_receiver import low_delay_options, receive_live
from ipcamd.media.source.network.rtsp.camera_connection import CameraConnection
from ipcamd.media.source.network.rtsp.camera_session import CameraSession, RtspRefused
from ipcamd.media.source.network.rtsp.media_tracks import UnknownMedia, select_tracks
from ipcamd.media.source.network.rtsp.rtsp_receiver import RtspReceiver
from ipcamd.media.source.network.rtsp.rtsp_relay import TEARDOWN_S, RtspRelay
from ipcamd.media.source.network.rtsp.transport_order import Refusal, TransportOrder, leads_to_next, summarize
from ipcamd.media.source.network.tls_password_policy import TlsPolicy
from ipcamd.media.source.reception import Reception
from ipcamd.wire.rtsp.sdp import read


class RtspClient:
    """Opens one RTSP address, and stores the transport that worked."""

    def __init__(self, url: str, tls: TlsPolicy) -> None:
        """`url` is the source's address, with a login if it needs one."""
        self._url, self._tls = url, tls
        self._order = TransportOrder(is_tls=url.lower().startswith("rtsps:"))

    def play(self, reception: Reception) -> Iterator[SourceItem]:
        """Yield the camera's pictures and sound (see `Source.play`). Raises `SourceError`, also when stopped."""
        with ExitStack() as stack:
            yield from self._open(stack, reception)

    def _open(self, stack: ExitStack, reception: Reception) -> Iterator[SourceItem]:
        """Open the first transport that works; `stack` closes it. Raises `SourceError`."""
        connection = CameraConnection(self._url, self._tls, reception.limit, reception.stop)
        failures: dict[str, Refusal] = {}
        for transport in self._order:
            try:
                items = _open_over(transport, connection, stack, reception)
            except (OpenFailed, RtspRefused) as error:
                stack.close()
                failures[transport] = error
                self._order.note_failure(transport, error)
                if reception.stop.is_set() or not leads_to_next(transport, error):
                    break
            else:
                self._order.prefer(transport)
                return items
        raise summarize(failures)


def _open_over(
    transport: str, connection: CameraConnection, stack: ExitStack, reception: Reception
) -> Iterator[SourceItem]:
    """Open one transport; `stack` closes it. Raises `OpenFailed`, `RtspRefused`, `SourceError`."""
    if transport == "tcp":
        try:
            return _open_session(connection, stack, reception)
        except UnknownMedia:
            stack.close()
    return _open_ffmpeg(transport, connection, stack, reception)


def _open_session(connection: CameraConnection, stack: ExitStack, reception: Reception) -> Iterator[SourceItem]:
    """Open RTP over TCP; `stack` closes it. Raises `RtspRefused`, `SourceError`, `UnknownMedia`."""
    session = CameraSession(connection.open(), connection.address, reception.limit, reception.stop)
    stack.enter_context(closing(session))
    control, tracks = read(session.describe())
    selection = select_tracks(tracks)
    session.note_control(control)
    return RtspReceiver(session, selection, reception).receive()


def _open_ffmpeg(
    transport: str, connection: CameraConnection, stack: ExitStack, reception: Reception
) -> Iterator[SourceItem]:
    """Open one transport with FFmpeg; `stack` closes it. Raises `OpenFailed`, `SourceError`."""
    options = low_delay_options() | {
        "allowed_media_types": "video+audio",
        "protocol_whitelist": "rtsp,tcp,rtp,udp,http",
        "rtsp_transport": transport,
    }
    relay = RtspRelay(connection.open(), connection, reception.stop)
    stack.enter_context(relay)
    try:
        medium = open_media(connection.url_at(relay.host), options, limit=reception.limit)
    except OpenFailed:
        if relay.failure:
            raise SourceError(relay.failure) from None
        raise
    relay.stop_delay_s = TEARDOWN_S
    stack.enter_context(closing(medium))
    return receive_live(medium, reception, reception.recover_clock(), relay)
