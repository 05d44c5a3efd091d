"""The picture's whole way from the source to the hubs: builds its parts, runs their threads, keeps them up to date.

Nothing here imports PyAV, numpy or Pillow before a thread does, so that the camera listens early.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.media import glance
from ipcamd.media.capture.audio_capture import AudioCapture
from ipcamd.media.capture.video_capture import Timeouts, VideoCapture
from ipcamd.media.codecs import Codec, video_codecs
from ipcamd.media.frame import NO_STATUS, Encoded
from ipcamd.media.glance import Glances
from ipcamd.media.hub import Hub
from ipcamd.media.look import Look
from ipcamd.media.meter import Figures
from ipcamd.media.publisher import Publisher
from ipcamd.media.shape import PHONE, Shape
from ipcamd.media.snapshot import Snapshots
from ipcamd.media.sound.microphone import Microphone
from ipcamd.media.source import Wanted
from ipcamd.media.stream import Stream
from ipcamd.media.studio import Studio
from ipcamd.media.traffic import Traffic
from ipcamd.params.group import Values
from ipcamd.settings.service import Settings
from ipcamd.wire.payload import Status

if TYPE_CHECKING:
    from ipcamd.media.sound import AudioSource
    from ipcamd.media.source import Source

STOP = 0.9
"""Seconds that the threads get to end. One that hangs in a source is left: it ends with the process."""

SENSOR, INFO, AUDIO = "ImageSource.IO.Sensor", "System.Info", "Audio"

UNSEEN = 5
"""Pictures per second that a source gives while nobody watches, only somebody listens. They have the size that the
next viewer will probably want."""


def _utc(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / 1e9, UTC)


class Pipeline:
    """Source, transform, encoders and hubs of one camera. Starts and stops once."""

    def __init__(
        self,
        settings: Settings,
        source: "Source",
        clock_ns: Callable[[], int] = time.time_ns,
        status: Callable[[], Status] = lambda: NO_STATUS,
        local: Callable[[int], datetime] = _utc,
        timeouts: Timeouts | None = None,
        instrument: "AudioSource | None" = None,
        own_sound: bool = True,
    ) -> None:
        """`clock_ns` is the camera's clock, nanoseconds since the epoch; `local` its local time of such a moment.

        `status` says what the camera's senses say (SDK 3.1). All three are called in media threads. The sound is
        the `instrument`'s, else the source's if `own_sound`.
        """
        self._settings = settings
        self._clock_ns = clock_ns
        self.traffic = Traffic()
        """What viewers of all protocols got and missed."""
        self._streams = {
            codec.name: self._stream(codec.name, Shape.of(codec, settings[codec.parameters]), clock_ns, status)
            for codec in video_codecs()
        }
        self._streams["3gpp"] = self._stream("3gpp", PHONE, clock_ns, status)
        self.glances = Glances(self._demand)
        """Small grey pictures, for motion detection."""
        slots = tuple(stream.slot for stream in self._streams.values())
        self._studio = Studio(slots, self.glances, self._look(), clock_ns, local)
        self.capture = VideoCapture(source, self._studio.deliver, self._studio.blank, timeouts)
        self.snapshots = Snapshots(self.mjpeg)
        self._recorder: AudioCapture | None = None
        self._microphone = self._ears(instrument, own_sound and source.sound, clock_ns, status)
        self._threads: list[threading.Thread] = []
        for codec in video_codecs():
            settings.watch(codec.parameters, partial(self._reshape, codec))
        for group in (SENSOR, INFO):
            settings.watch(group, lambda _: self._relook())
        settings.watch(AUDIO, lambda _: self._rehear())

    @property
    def mjpeg(self) -> Hub:
        """The MJPEG stream."""
        return self._streams["mjpeg"].hub

    @property
    def mpeg4(self) -> Hub:
        """The MPEG-4 stream."""
        return self._streams["mpeg4"].hub

    @property
    def h264(self) -> Hub:
        """The H.264 stream."""
        return self._streams["h264"].hub

    @property
    def phone(self) -> Hub:
        """The small MPEG-4 stream for telephones (Image.3GPP), whether that is enabled or not."""
        return self._streams["3gpp"].hub

    @property
    def hubs(self) -> Mapping[str, Hub]:
        """The stream of each codec of pictures, by the codec's name."""
        return {codec.name: self._streams[codec.name].hub for codec in video_codecs()}

    @property
    def streams(self) -> tuple[Hub, ...]:
        """What ``stream1.cgi`` and ``stream2.cgi`` give, then what else ``codec=`` may name (SDK 3.2)."""
        others = (hub for hub in self.hubs.values() if hub not in (self.h264, self.mpeg4, self.mjpeg))
        return (self.h264, self.mpeg4, *others)

    @property
    def sound(self) -> Hub | None:
        """The microphone's sound; None on a camera without one. While it is disabled nothing comes."""
        return self._microphone.hub if self._microphone else None

    @property
    def hears(self) -> bool:
        """Whether there is a microphone and it is enabled (``Audio.MicEnabled``)."""
        return self._microphone is not None and self._microphone.enabled

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the newest picture before streams fit it into theirs; (0, 0) before the first."""
        return self._studio.size

    def figures(self) -> Mapping[str, Figures]:
        """Return what each stream does just now, by its hub's name; and under ``capture`` the transform's work."""
        return {s.hub.name: s.meter.figures() for s in self._streams.values()} | {
            "capture": self._studio.meter.figures()
        }

    async def snapshot(self) -> Encoded:
        """Return the newest picture as a JPEG. Raises ``RequestFailed`` if there is none within 6 seconds."""
        return await self.snapshots.get()

    async def start(self) -> None:
        """Start the threads; they sleep until somebody watches."""
        loop = asyncio.get_running_loop()
        self._run("source", self._studio.prepare, self.capture.run)
        self._run("silence", self.capture.watch)
        for stream in self._streams.values():
            self._run(
                stream.hub.name,
                partial(stream.run, Publisher(stream.hub, loop, self.traffic.of(stream.hub.name, "encoder"))),
            )
        if self._recorder:
            self._run("sound", self._recorder.run)
        self._rehear()

    async def stop(self) -> None:
        """End the threads, within a second."""
        self.snapshots.close()
        self.capture.close()
        if self._microphone:
            self._microphone.close()
        if self._recorder:
            self._recorder.close()
        for stream in self._streams.values():
            stream.slot.close()
        self.traffic.close()
        await asyncio.get_running_loop().run_in_executor(None, self._join)

    def _run(self, name: str, *work: Callable[[], None]) -> None:
        thread = threading.Thread(target=lambda: [do() for do in work], name=f"media-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _join(self) -> None:
        end = time.monotonic() + STOP
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _stream(self, name: str, shape: Shape, clock_ns: Callable[[], int], status: Callable[[], Status]) -> Stream:
        return Stream(Hub(shape.codec, name, partial(self._watched, name)), shape, clock_ns, status)

    def _watched(self, name: str, watched: bool) -> None:
        self._streams[name].slot.want(watched)
        self._demand()

    def _reshape(self, codec: Codec, values: Values) -> None:
        stream = self._streams[codec.name]
        stream.shape = Shape.of(codec, values)
        # a video stream goes on with a key frame: whatever comes before that is of no use to a newcomer
        stream.hub.invalidate(self._clock_ns() if codec.intra_only else 0)
        self._demand()

    def _demand(self) -> None:
        sound = self.capture.listener is not None and self._microphone is not None and self._microphone.listening
        needs = [(stream.shape.size, stream.shape.rate) for stream in self._streams.values() if stream.slot.wanted]
        if self.glances.alone:
            # as large as for viewers, so that no camera changes its mode, and perhaps its view, when one comes or goes
            needs.append((self._streams["mjpeg"].shape.size, glance.RATE))
        if sound and not needs:
            needs.append((self._streams["mjpeg"].shape.size, UNSEEN))
        if not needs:
            return self.capture.demand(None)
        sizes, rates = zip(*needs, strict=True)
        widths, heights = zip(*sizes, strict=True)
        return self.capture.demand(Wanted((max(widths), max(heights)), max(rates), sound))

    def _ears(
        self, instrument: "AudioSource | None", own: bool, clock_ns: Callable[[], int], status: Callable[[], Status]
    ) -> Microphone | None:
        if instrument is None and not own:
            return None
        microphone = Microphone(clock_ns, status, lambda _: self._demand())
        if instrument:
            self._recorder = AudioCapture(instrument, microphone.hear)
            microphone.need = self._recorder.need
        else:
            self.capture.listener = microphone.hear
        return microphone

    def _rehear(self) -> None:
        if self._microphone:
            self._microphone.enabled = self._settings[AUDIO].flag("MicEnabled")

    def _look(self) -> Look:
        return Look.of(self._settings[SENSOR], self._settings[INFO]["ServerName"])

    def _relook(self) -> None:
        self._studio.look = self._look()
        self.mjpeg.invalidate(self._clock_ns())
