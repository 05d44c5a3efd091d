"""Picture track of an export: copied packets, or pictures encoded again. For threads.

A picture lasts until the next one; so each is written when the next one is known. Times are seconds from the beginning
of the video.
"""

from fractions import Fraction

from av.bitstream import BitStreamFilterContext
from av.codec.context import Flags
from av.container import OutputContainer
from av.filter import Graph
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from ipcamd.media.codecs import find_passable
from ipcamd.storage.playback.remux import AnyPacket

TICKS = 90_000
"""Ticks of the track's clock per second."""
_TIME_BASE = Fraction(1, TICKS)
_MP4_CONFIGURATION = 1
"""First byte of the codec's parameters in MP4."""
_OPTIONS = {"preset": "superfast", "crf": "23", "bf": "0"}
"""No B-frames: without an edit list a file would show them too late."""
_KEY_S = 2
"""Seconds between key frames of encoded pictures, and length of a fragment of the file."""


class CopiedPictures:
    """Picture track of copied packets; those of MP4 are converted to Annex B, as in AVI: both fit into one track."""

    def __init__(self, out: OutputContainer, source: VideoStream) -> None:
        self._out = out
        self._stream = out.add_stream_from_template(source)
        _make_annex_b_filter(source, self._stream)
        if (codec := find_passable(source.codec_context.name)) and codec.mp4_kind:
            # FFmpeg's own choice for H.265 is none that Apple's players support
            self._stream.codec_tag = codec.mp4_kind
        self._annex_b: BitStreamFilterContext | None = None
        self._start_s = 0.0
        self._has_begun = False
        self._held: tuple[AnyPacket, float] | None = None

    def begin_part(self, source: VideoStream, start_s: float) -> None:
        """Begin a part; its pictures begin at the first key frame that is not earlier."""
        self._start_s, self._has_begun = start_s - 1 / (2 * float(source.average_rate or 30)), False
        self._annex_b = _make_annex_b_filter(source)

    def put(self, packet: AnyPacket, at_s: float) -> None:
        """Add a packet, unless it was added before: FFmpeg repeats packets of MP4 after a seek."""
        if self._held and at_s <= self._held[1]:
            return
        self._has_begun |= packet.is_keyframe and at_s >= self._start_s
        if self._has_begun:
            self._write(at_s)
            for plain in self._annex_b.filter(packet) if self._annex_b else (packet,):
                self._held = plain, at_s

    def end_part(self, at_s: float) -> None:
        """Write the last packet."""
        self._write(at_s)

    def _write(self, until_s: float) -> None:
        if self._held:
            packet, at_s = self._held
            self._held = None
            packet.stream, packet.time_base = self._stream, _TIME_BASE
            packet.pts = packet.dts = round(at_s * TICKS)
            packet.duration = max(1, round(until_s * TICKS) - packet.pts)
            self._out.mux(packet)


class EncodedPictures:
    """Picture track encoded as H.264, with one picture size."""

    def __init__(self, out: OutputContainer, size: tuple[int, int], rate: int) -> None:
        """`size` is (width, height) in pixels, `rate` frames per second."""
        self._out = out
        self._size = width, height = size[0] // 2 * 2, size[1] // 2 * 2
        self._stream = out.add_stream("libx264", rate=rate, options=_OPTIONS | {"g": str(_KEY_S * rate)})
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._stream.codec_context.time_base = _TIME_BASE
        self._stream.codec_context.flags |= Flags.frame_duration
        self._start_s = 0.0
        self._fit: Graph | None = None
        self._held: tuple[VideoFrame, float] | None = None

    def begin_part(self, source: VideoStream, start_s: float) -> None:
        """Begin a part; bars at the sides fill pictures of another aspect ratio."""
        self._start_s = start_s
        self._fit = _fit_graph(source, self._size) if (source.width, source.height) != self._size else None

    def put(self, packet: AnyPacket, at_s: float) -> None:
        """Add a packet. Pictures before the beginning of the part are only decoded."""
        for frame in packet.decode():
            if isinstance(frame, VideoFrame):
                self._encode(max(at_s, self._start_s))
                self._held = frame, max(at_s, self._start_s)

    def end_part(self, at_s: float) -> None:
        """Encode the last picture."""
        self._encode(at_s)
        self._held = None
        self._fit = None

    def finish(self) -> None:
        """Write the pictures that the encoder still holds."""
        self._out.mux(self._stream.encode(None))

    def _encode(self, until_s: float) -> None:
        if not self._held or round(until_s * TICKS) <= round(self._held[1] * TICKS):
            return
        frame, at_s = self._held
        plain = self._fitted(frame)
        plain.pict_type = PictureType.NONE  # otherwise each picture decoded from JPEG would be a key frame
        plain.time_base, plain.pts = _TIME_BASE, round(at_s * TICKS)
        plain.duration = round(until_s * TICKS) - plain.pts
        self._out.mux(self._stream.encode(plain))

    def _fitted(self, frame: VideoFrame) -> VideoFrame:
        if not self._fit:
            return frame.reformat(*self._size, "yuv420p")
        self._fit.push(frame)
        fitted = self._fit.pull()
        assert isinstance(fitted, VideoFrame)
        return fitted


def _make_annex_b_filter(source: VideoStream, out: VideoStream | None = None) -> BitStreamFilterContext | None:
    """Return a filter that replaces lengths by start codes; None if the source has them. Sets the form of `out`."""
    extradata = source.codec_context.extradata
    if not extradata or extradata[0] != _MP4_CONFIGURATION:
        return None
    return BitStreamFilterContext(f"{source.codec_context.name}_mp4toannexb", source, out)


def _fit_graph(source: VideoStream, size: tuple[int, int]) -> Graph:
    """Return a filter that scales pictures to fit into `size`, centred, with bars."""
    graph, (width, height) = Graph(), size
    filters = [
        graph.add_buffer(template=source),
        graph.add("scale", f"{width}:{height}:force_original_aspect_ratio=decrease:out_range=tv"),
        graph.add("pad", f"{width}:{height}:-1:-1"),
        graph.add("format", "yuv420p"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*filters).configure()
    return graph
