"""Source demand: the present needs of the streams and picture meters from the source."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil, log2

from ipcamd.media.codecs import JPEG
from ipcamd.media.decode.decoder_choice import DecoderChoice
from ipcamd.media.encode.encoder_thread import EncoderThread
from ipcamd.media.image.analysis_tap import AnalysisTap
from ipcamd.media.image.focus_meter import RATE as FOCUS_RATE
from ipcamd.media.image.focus_meter import FocusMeter
from ipcamd.media.image.light_meter import RATE as LIGHT_RATE
from ipcamd.media.image.light_meter import LightMeter
from ipcamd.media.passthrough.passthrough import Passthrough
from ipcamd.media.source.source import Wanted

AUDIO_ONLY_RATE = 5
"""Frame rate of a source that runs only for its sound, with the picture size of the probable next viewer."""

_ANALYSIS_SIZE = (640, 480)
"""Largest picture for analysis from a source of its own: enough for the highest zoom."""


class SourceDemand:
    """Needs of one camera's pictures."""

    def __init__(
        self,
        streams: Mapping[str, EncoderThread],
        passthrough: Passthrough,
        analysis: AnalysisTap,
        focus_meter: FocusMeter,
        light_meter: LightMeter,
        decoders: DecoderChoice | None = None,
    ) -> None:
        """`streams` are the threads of the streams by name. `decoders` makes the decoders of packets; None: in
        software."""
        self.analyses = True
        """Whether the main source's pictures are analysed. May be replaced at any time."""
        self._streams, self._decoders = streams, decoders
        self._magnification = 1
        self._passthrough = passthrough
        self._analysis, self._focus_meter, self._light_meter = analysis, focus_meter, light_meter

    def collect(self, sound: bool) -> Wanted | None:
        """Return the demand; None for nothing. `sound`: the source's sound has listeners. For the event loop."""
        # the size for viewers: a change of the source's mode, and perhaps its view, would look like motion
        usual = self._streams[JPEG.name].settings.size
        needs = [
            (each.settings.size, each.settings.rate) for each in self._streams.values() if each.hub.watched.is_set()
        ]
        if self.analyses and (rate := self._analysis.source_rate):
            needs.append((usual, rate))
        if self._focus_meter.wanted:
            needs.append((usual, FOCUS_RATE))
        if self._light_meter.wanted:
            needs.append((usual, LIGHT_RATE))
        if sound and not needs:
            needs.append((usual, AUDIO_ONLY_RATE))
        if not needs:
            return None
        sizes, rates = zip(*needs, strict=True)
        width, height = (max(sides) for sides in zip(*sizes, strict=True))
        return Wanted((width, height), max(rates), sound, decoders=self._decoders)

    def magnify(self, zoom: float) -> bool:
        """Want pictures that are large enough for this digital zoom without loss; 1 is the whole picture. In powers of
        two, because a change of the source's size interrupts the pictures. Return whether this changes the demand."""
        before, self._magnification = self._magnification, 1 << max(0, ceil(log2(zoom) - 1e-9))
        return self._magnification != before

    def enlarge(self, wanted: Wanted) -> Wanted:
        """Return the demand for the present digital zoom."""
        width, height = wanted.size
        return replace(wanted, size=(width * self._magnification, height * self._magnification))

    def collect_analysis(self) -> Wanted | None:
        """Return the demand of analysis from a source of its own; None for nothing. For the event loop."""
        watched = any(each.hub.watched.is_set() for each in self._streams.values())
        rate = self._analysis.rate if watched else self._analysis.source_rate
        return Wanted(_ANALYSIS_SIZE, rate, False, decoders=self._decoders) if rate else None

    def refine(self, wanted: Wanted) -> Wanted:
        """Return `wanted` with the present codecs to pass through and rates to decode; for the thread of the source."""
        # runs for each picture, so it checks only streams with viewers, once each
        codecs, rate, key_frame = set[str](), FOCUS_RATE if self._focus_meter.wanted else 0, False
        for decision in self._passthrough.watched:
            if decision.wants_packets:
                codecs.add(decision.stream.settings.codec.name)
            if decision.wants_pictures:
                rate = max(rate, decision.stream.settings.rate)
            key_frame = key_frame or decision.wants_key_frame
        return Wanted(
            wanted.size,
            wanted.rate,
            wanted.sound,
            codecs=frozenset(codecs),
            may_pass=self._passthrough.may_pass,
            settings_of=self._passthrough.settings_of,
            decoded_rate=max(
                rate, self._analysis.rate if self.analyses else 0, LIGHT_RATE if self._light_meter.wanted else 0
            ),
            key_frame=key_frame,
            keys_suffice=not rate,
            decoders=self._decoders,
        )
