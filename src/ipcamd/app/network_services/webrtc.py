"""WebRTC service: built from the camera's parts, if its packages are installed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from ipcamd.app.core import Core
from ipcamd.app.media import MediaParts
from ipcamd.errors import RequestFailed
from ipcamd.media.codecs import AAC, ALAW, OPUS, ULAW
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Values
from ipcamd.params.network import QOS, WEBRTC
from ipcamd.server.connection_registry import Registry
from ipcamd.server.qos import dscp_values
from ipcamd.server.rtsp.mounts.stream_paths import SUB
from ipcamd.server.viewer_limit import ViewerLimit
from ipcamd.server.webrtc.stream_table import WebRtcStreams
from ipcamd.server.webrtc.webrtc_service import Talk, WebRtcService
from ipcamd.webrtc_sessions import UNSUPPORTED

PACKAGES = ("OpenSSL", "pylibsrtp")
"""Modules of the extra ``webrtc``."""


def build_webrtc(
    core: Core, media: MediaParts, registry: Registry, viewers: ViewerLimit, talk: Talk | None
) -> WebRtcService | None:
    """Build the service; None without its packages. `talk` plays RTP packets; None without a speaker."""
    settings = core.settings
    if not all(map(find_spec, PACKAGES)):
        settings.guard(WEBRTC.name, _refuse)
        return None

    def hosts() -> list[str]:
        return [address for address in settings[WEBRTC.name]["Hosts"].split(",") if address]

    def mark(values: Values) -> None:
        service.mark(dscp_values(values)[0])

    def source_name() -> str:
        return f"{settings['System.Info']['ServerName']}@ipcamd"

    streams = WebRtcStreams(core.clock.now_ns, source_name, media.pipeline.traffic, media.pipeline.encoded)
    service = WebRtcService(lambda codec: _find_hubs(media, codec), streams, registry, viewers, hosts=hosts, talk=talk)
    settings.follow(QOS.name, mark)
    media.pipeline.watch_disabled(service.end_stream)
    return service


@asynccontextmanager
async def _refuse(*_: Values) -> AsyncIterator[None]:
    """Refuse all changes (a guard of the group)."""
    raise RequestFailed(f"{WEBRTC.name}: {UNSUPPORTED}")
    yield


def _find_hubs(media: MediaParts, codec: str) -> list[Hub]:
    """Return the streams of a codec, or of its substream (``h264/sub``), for WebRTC.

    The picture's stream is first, then the microphone's, the preferred codec first; silent while the microphone is off.
    """
    pipeline = media.pipeline
    name, slash, sub = codec.partition("/")
    pictures = pipeline.substream(name) if slash + sub == SUB else pipeline.hubs.get(codec)
    return [pictures, *_find_audio(pipeline)] if pictures else []


def _find_audio(pipeline: Pipeline) -> list[Hub]:
    """Return the microphone's streams for browsers: Opus in place of AAC, and G.711 for browsers without Opus."""
    chosen = pipeline.chosen_audio
    if chosen is None:
        return []
    first = OPUS if chosen.codec is AAC else chosen.codec
    return [hub for codec in dict.fromkeys((first, ULAW, ALAW)) if (hub := pipeline.audio_in(codec))]
