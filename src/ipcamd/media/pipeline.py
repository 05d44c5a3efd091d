"""Media pipeline: builds source, frame processor, encoders and hubs, runs their threads, and applies settings.

PyAV, numpy and Pillow are imported by media threads only, so that the camera listens early.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.media.audio.audio_input import AudioInput
from ipcamd.media.capture.video_capture import Timeouts, VideoCapture
from ipcamd.media.codecs import H264, JPEG, MPEG4, Codec, video_codecs
from ipcamd.media.encode.encoder_thread import EncoderThread
from ipcamd.media.frame import NO_STATUS, EncodedFrame, Packet, Picture
from ipcamd.media.hardware_codecs import HardwareCodecs
from ipcamd.media.image.analysis_tap import AnalysisTap
from ipcamd.media.image.focus_meter import FocusMeter
from ipcamd.media.image.frame_processor import FrameProcessor
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.light_meter import LightMeter
from ipcamd.media.image.on_screen_text import shown_texts
from ipcamd.media.image.view import WHOLE, View
from ipcamd.media.mask.mask import MaskSet, enabled_masks
from ipcamd.media.passthrough.passthrough import Passthrough
from ipcamd.media.source.source import Wanted
from ipcamd.media.source_demand import SourceDemand
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.publisher import Publisher
from ipcamd.media.stream.snapshot import Snapshots
from ipcamd.media.stream.stream_meter import StreamMeter
from ipcamd.media.stream.stream_settings import (
    StreamSettings,
    encoded_name,
    read_stream,
    read_streams,
    stream_groups,
    sub_name,
)
from ipcamd.media.stream.traffic import ENCODER, Traffic
from ipcamd.params.device.privacy import MASK_GROUPS, PRIVACY
from ipcamd.params.group import Values
from ipcamd.params.image import is_enabled
from ipcamd.params.osd import OSD_GROUPS
from ipcamd.settings.settings import Settings
from ipcamd.wire.payload_header import Status
from ipcamd.workers.on_demand import OnDemandThread

if TYPE_CHECKING:
    from ipcamd.media.audio.audio_capture import AudioSource
    from ipcamd.media.capture.analysis_capture import AnalysisCapture
    from ipcamd.media.source.source import Source

STOP_S = 0.9
"""Seconds for the threads to end. A thread that hangs in a source ends with the process."""

SENSOR = "ImageSource.IO.Sensor"
"""Group of the picture's parameters, which the pipeline watches."""
INFO = "System.Info"
"""Group of the camera's name, which the pipeline watches."""


def _wake(*threads: OnDemandThread) -> None:
    for thread in threads:
        thread.wake()


def _utc(time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns / 1e9, UTC)


class Pipeline:
    """Source, frame processor, encoders and hubs of one camera. Starts and stops once."""

    def __init__(
        self,
        settings: Settings,
        source: "Source",
        clock_ns: Callable[[], int] = time.time_ns,
        status: Callable[[], Status] = lambda: NO_STATUS,
        local: Callable[[int], datetime] = _utc,
        timeouts: Timeouts | None = None,
        audio_source: "AudioSource | None" = None,
        own_audio: bool = True,
        view: Callable[[], View] = lambda: WHOLE,
        hardware: HardwareCodecs | None = None,
        analysis_source: "Source | None" = None,
    ) -> None:
        """`clock_ns` is the camera's clock, nanoseconds since the epoch; `local` returns the local time. `status`
        returns motion levels, inputs and output (SDK 3.1); `view` is the visible part of the picture. These four are
        called in media threads. The sound comes from `audio_source`, or from the source if `own_audio`. `hardware`
        codecs are used if given. Pictures for analysis come from `analysis_source`, if it is given and works."""
        self._settings = settings
        self._clock_ns = clock_ns
        self._view = view
        self.hardware = hardware or HardwareCodecs()
        """Makes the encoders of the streams, and the decoders of the source's packets."""
        self.traffic = Traffic()
        """Frames sent and dropped, by stream and protocol."""
        streams = read_streams(settings.__getitem__)
        self._streams = {name: self._stream(name, stream, status) for name, stream in streams.items()}
        self.analysis = AnalysisTap(self._update_demand)
        """Small grey pictures, for motion and tampering detection."""
        self.focus_meter = FocusMeter(self._update_demand)
        """Measures the sharpness of pictures, for autofocus."""
        self.light_meter = LightMeter(self._update_demand)
        """Measures the brightness of pictures, for day and night."""
        self.passthrough = Passthrough(self._streams, lambda: self._processor.change, lambda: self._processor.masks)
        """Passes the source's encoded pictures through."""
        self._demand = SourceDemand(
            self._streams, self.passthrough, self.analysis, self.focus_meter, self.light_meter, self.hardware.decoders
        )
        self._processor = FrameProcessor(
            self.analysis, self._image_settings(), clock_ns, local, view, self.focus_meter, self.light_meter
        )
        self._analysis_capture: AnalysisCapture | None = None
        if analysis_source:
            from ipcamd.media.capture import analysis_capture  # seldom needed

            self._analysis_capture = analysis_capture.AnalysisCapture(analysis_source, self._processor)
        self.capture = VideoCapture(source, self._deliver, self._draw_no_signal, timeouts)
        self.capture.refine = self._demand.refine
        self.snapshots = Snapshots(self.mjpeg)
        has_audio = own_audio and source.sound
        self._audio = AudioInput(settings, audio_source, has_audio, clock_ns, status, self._update_demand)
        self.capture.listener = self._audio.listener
        self._threads: list[OnDemandThread] = []
        """Threads, the source's first."""
        self._prepared = threading.Event()
        """Set when the source's thread has imported its modules."""
        self._encoders: dict[str, OnDemandThread] = {}
        self._on_disabled: list[Callable[[Hub], None]] = []
        self.capture.private = settings[PRIVACY.name].flag("Enabled")
        settings.watch(PRIVACY.name, lambda _: self._update_privacy())
        for name, (_, group) in stream_groups().items():
            settings.watch(group, partial(self._update_stream, name))
        for group in (SENSOR, INFO, *(osd.name for osd in OSD_GROUPS)):
            settings.watch(group, lambda _: self._update_image())
        for mask in MASK_GROUPS:
            settings.watch(mask.name, lambda _: self._update_masks())
        self._processor.masks = MaskSet(enabled_masks(settings.__getitem__))

    @property
    def mjpeg(self) -> Hub:
        """The MJPEG stream."""
        return self._streams[JPEG.name].hub

    @property
    def mpeg4(self) -> Hub:
        """The MPEG-4 stream."""
        return self._streams[MPEG4.name].hub

    @property
    def h264(self) -> Hub:
        """The H.264 stream."""
        return self._streams[H264.name].hub

    def find_stream(self, name: str) -> Hub:
        """Return the stream with this name, even if it is disabled; ``3gpp`` is that for mobile phones (Image.3GPP)."""
        return self._streams[name].hub

    @property
    def hubs(self) -> Mapping[str, Hub]:
        """The stream of each video codec that is enabled, by the codec's name."""
        return {
            codec.name: self._streams[codec.name].hub
            for codec in video_codecs()
            if is_enabled(self._settings[codec.parameters])
        }

    def substream(self, codec: str) -> Hub | None:
        """Return the substream of the codec with this name; None if it does not exist or is disabled."""
        stream = self._streams.get(sub_name(codec))
        return stream.hub if stream and is_enabled(self._settings[stream.settings.codec.sub_parameters]) else None

    def encoded(self, hub: Hub) -> Hub | None:
        """Return the hub that always encodes what this hub may pass through; None without one."""
        encoded_stream = self._streams.get(encoded_name(hub.codec))
        return encoded_stream.hub if encoded_stream and hub is self._streams[hub.codec.name].hub else None

    @property
    def streams(self) -> tuple[Hub, ...]:
        """Streams of ``stream1.cgi`` and ``stream2.cgi``, then others for ``codec=`` (SDK 3.2)."""
        others = (hub for hub in self.hubs.values() if hub not in (self.h264, self.mpeg4, self.mjpeg))
        return (self.h264, self.mpeg4, *others)

    def watch_disabled(self, end_viewers: Callable[[Hub], None]) -> None:
        """Call `end_viewers` with each stream that is disabled."""
        self._on_disabled.append(end_viewers)

    @property
    def sound(self) -> Hub | None:
        """The microphone's sound in u-law; None without a microphone. It has no frames while disabled."""
        return self._audio.hub

    def audio_in(self, codec: Codec) -> Hub | None:
        """Return the microphone's sound in a codec; None without a microphone."""
        return self._audio.hub_in(codec)

    @property
    def chosen_audio(self) -> Hub | None:
        """The microphone's sound in the codec that ``Audio.Codec`` names; None without a microphone."""
        return self._audio.chosen_hub

    @property
    def has_audio(self) -> bool:
        """Whether there is a microphone and it is enabled (``Audio.MicEnabled``)."""
        return self._audio.is_enabled

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the newest picture, before scaling; (0, 0) before the first."""
        return self._processor.size

    @property
    def view(self) -> View:
        """The part of the source's picture that is shown now."""
        return self._view()

    def magnify(self, zoom: float) -> None:
        """Request pictures from the source that are large enough for this zoom (see `SourceDemand.magnify`)."""
        if self._demand.magnify(zoom):
            self._update_demand()

    @property
    def meters(self) -> Mapping[str, StreamMeter]:
        """Meters of the streams, by name."""
        return {name: stream.meter for name, stream in self._streams.items()}

    @property
    def frame_rate(self) -> float:
        """Present frame rate of the fastest stream; 0 without viewers."""
        return max(stream.meter.frames_per_s for stream in self._streams.values())

    async def snapshot(self) -> EncodedFrame:
        """Return the newest picture as a JPEG. Raises ``RequestFailed`` if none arrives within 6 seconds."""
        return await self.snapshots.get()

    async def start(self) -> None:
        """Prepare the threads, which run while a stream has viewers."""
        loop = asyncio.get_running_loop()
        source = self._thread("source", self._run_source)
        silence = self._thread("silence", self.capture.watch)
        self.capture.wake = partial(_wake, source, silence)
        for name, stream in self._streams.items():
            publisher = Publisher(stream.hub, loop, self.traffic.of(stream.hub.name, ENCODER))
            self._encoders[name] = self._thread(name, partial(stream.run, publisher))
        if self._analysis_capture:
            self._analysis_capture.wake = self._thread("analysis", self._analysis_capture.run).wake
            self._analysis_capture.watch(loop, self._update_demand)
        if self._audio.capture:
            self._audio.capture.wake = self._thread("sound", self._audio.capture.run).wake
        self._audio.set_private(self.capture.private)

    def warm_up(self) -> None:
        """Let the source's thread import its modules before the first viewer."""
        self._threads[0].wake()

    async def stop(self) -> None:
        """End the threads, within a second. A thread that is importing is not awaited: it stops by itself."""
        self.snapshots.close()
        self.capture.close()
        if self._analysis_capture:
            self._analysis_capture.close()
        self._audio.close()
        for stream in self._streams.values():
            stream.hub.end_linger()
            stream.input.close()
        self.traffic.close()
        await asyncio.get_running_loop().run_in_executor(None, self._join)

    @staticmethod
    def _import_codecs() -> None:
        """Import the encoders before the first viewer."""
        from ipcamd.media.codec_import import import_codecs

        import_codecs()

    def _deliver(self, item: Packet | Picture) -> None:
        if isinstance(item, Picture):
            self._processor.process(item)
        else:
            self._processor.size = item.size if item.payload else self._processor.size
            self.passthrough.offer(item)

    def _draw_no_signal(self, wanted: Wanted, why: str) -> Picture:
        """Return a "no signal" picture with the reason."""
        self._import_codecs()
        from ipcamd.media.capture.no_signal import no_signal_picture

        return no_signal_picture(wanted.size, why, self._clock_ns())

    def _thread(self, name: str, work: Callable[[], None]) -> OnDemandThread:
        self._threads.append(OnDemandThread(f"media-{name}", work))
        return self._threads[-1]

    def _run_source(self) -> None:
        self._import_codecs()
        self._processor.prepare()
        self._prepared.set()
        self.capture.run()

    def _join(self) -> None:
        end = time.monotonic() + STOP_S
        for thread in self._threads if self._prepared.is_set() else self._threads[1:]:
            thread.join(end)

    def _stream(self, name: str, settings: StreamSettings, status: Callable[[], Status]) -> EncoderThread:
        codec = settings.codec
        label = codec.name if name == encoded_name(codec) else name
        hub = Hub(codec, label, partial(self._set_watched, name), partial(self._linger_s, name))
        return EncoderThread(hub, settings, self._clock_ns, status, self.hardware.encoders.make)

    def _linger_s(self, name: str) -> float:
        return self.capture.linger_s if self.passthrough.decisions[name].may_linger else 0.0

    def _set_watched(self, name: str, watched: bool) -> None:
        stream = self._streams[name]
        if stream.input.wanted != (is_fed := watched or stream.hub.lingers):
            stream.input.set_wanted(is_fed)
        self.passthrough.update_watched()
        self._processor.outputs = self.passthrough.watched
        if watched and name in self._encoders:
            self._encoders[name].wake()
        self._update_demand()

    def _update_stream(self, name: str, values: Values) -> None:
        stream = self._streams[name]
        codec = stream.settings.codec
        stream.settings = read_stream(name, codec, values)
        # a video stream continues with a key frame; earlier frames are useless to new viewers
        stream.hub.invalidate(self._clock_ns() if codec.intra_only else 0)
        if not is_enabled(values):
            for end_viewers in self._on_disabled:
                end_viewers(stream.hub)
        self._update_demand()

    def _update_demand(self) -> None:
        if self._analysis_capture:
            needed = None if self.capture.private else self._demand.collect_analysis()
            self._processor.analyses = self._demand.analyses = not self._analysis_capture.demand(needed)
        wanted = self._demand.collect(self._audio.needs_source)
        if wanted:
            self._processor.limit = wanted.size
            wanted = self._demand.enlarge(wanted)
        self.capture.demand(wanted)

    def _update_privacy(self) -> None:
        self.capture.private = self._settings[PRIVACY.name].flag("Enabled")
        self._audio.set_private(self.capture.private)
        self._update_demand()
        if self.capture.private:  # no viewer gets an older picture, not even one that is still in an encoder
            self._require_masks(self._processor.masks.renewed())
        for stream in self._streams.values():
            stream.hub.invalidate(self._clock_ns())

    def _update_masks(self) -> None:
        """Apply the masks of the settings to all pictures from now on; drop pictures without them."""
        self._require_masks(self._processor.masks.replaced(enabled_masks(self._settings.__getitem__)))
        self.mjpeg.invalidate(self._clock_ns())

    def _require_masks(self, masks: MaskSet) -> None:
        self._processor.masks = masks
        for stream in self._streams.values():
            stream.hub.require_masks(masks.version)

    def _image_settings(self) -> ImageSettings:
        texts = shown_texts(self._settings.__getitem__, self._settings[INFO]["ServerName"])
        return ImageSettings.of(self._settings[SENSOR], texts)

    def _update_image(self) -> None:
        self._processor.settings = self._image_settings()
        self.mjpeg.invalidate(self._clock_ns())
