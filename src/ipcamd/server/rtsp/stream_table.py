"""RTP stream table: one stream for each track in use, shared by all its viewers."""

from collections.abc import Callable, Collection

from ipcamd.media.codecs import Codec
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import Traffic
from ipcamd.server.rtp.rtp_stream import RtpStream
from ipcamd.server.rtp.rtp_viewer import RtpSender
from ipcamd.server.rtsp.mounts.presentation import FindPresentation, Presentation
from ipcamd.server.rtsp.mounts.stream_paths import AUDIO


class RtpStreamTable:
    """Creates RTP streams on demand."""

    def __init__(
        self, find: FindPresentation, clock_ns: Callable[[], int], name: Callable[[], str], traffic: Traffic
    ) -> None:
        """`clock_ns` is the clock of capture times; `name` returns the camera's name."""
        self._find = find
        self._clock_ns = clock_ns
        self._name = name
        self._traffic = traffic
        self._streams: dict[Hub, RtpStream] = {}

    def for_hub(self, hub: Hub) -> RtpStream:
        """Return the stream of a hub."""
        stream = self._streams.get(hub)
        if stream is None:
            stream = self._streams[hub] = RtpStream(hub, self._clock_ns, f"{self._name()}@ipcamd", self._traffic)
        return stream

    def for_codec(self, codec: Codec) -> RtpStream | None:
        """Return the main stream of a codec; None if the camera has none now."""
        media = self._find(AUDIO if codec.is_audio else codec.name)
        hubs = media.tracks if isinstance(media, Presentation) else ()
        return next((self.for_hub(hub) for hub in hubs if hub.codec is codec), None)

    def forget_idle(self, used: Collection[RtpSender | None]) -> None:
        """Remove unused streams; `used` are the streams of sessions."""
        self._streams = {hub: each for hub, each in self._streams.items() if each in used or not each.idle}

    def stop(self) -> None:
        """End all streams and send RTCP BYE to their viewers."""
        for stream in self._streams.values():
            stream.stop()
