"""Passthrough of a source's packets to all streams."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ipcamd.media.codecs import Codec
from ipcamd.media.encode.encoder_thread import EncoderThread
from ipcamd.media.frame import Packet
from ipcamd.media.mask.mask import MaskSet
from ipcamd.media.passthrough.frame_rate_meter import FrameRateMeter
from ipcamd.media.passthrough.passthrough_decision import PassthroughDecision
from ipcamd.media.stream.stream_settings import StreamSettings


class Passthrough:
    """The decisions of all streams."""

    def __init__(
        self, streams: Mapping[str, EncoderThread], touched: Callable[[], str], masks: Callable[[], MaskSet]
    ) -> None:
        """`streams` are the threads of the streams by their names.

        `touched` returns a short description of the present change of all streams' pictures, "" for none; `masks`
        returns the masks.
        """
        self._streams = streams
        self._touched = touched
        self._masks = masks
        self._frame_rate_meter = FrameRateMeter()
        self.decisions = {name: PassthroughDecision(stream) for name, stream in streams.items()}
        self.watched: tuple[PassthroughDecision, ...] = ()
        """Decisions of the streams with viewers; may be read in any thread."""
        self._decisions_of: dict[Codec, list[PassthroughDecision]] = {}
        for decision in self.decisions.values():
            self._decisions_of.setdefault(decision.stream.settings.codec, []).append(decision)

    def offer(self, packet: Packet) -> None:
        """Offer the source's next packet to all streams; for the delivering thread."""
        if packet.payload:
            self._frame_rate_meter.note(packet.captured_ns)
        masks = self._masks()  # read once: hubs drop these packets if the masks change later
        if packet.mask_version != masks.version:
            packet = replace(packet, mask_version=masks.version)
        touched, rate = self._touched(), self._frame_rate_meter.rate(packet.rate)
        for decision in self._decisions_of.get(packet.codec, ()):
            decision.offer(packet, touched, rate, masks.change)

    def may_pass(self, packet: Packet) -> bool:
        """Return whether a packet would be passed through to a viewer; for the delivering thread."""
        if self._touched() or self._masks().change:
            return False
        return any(decision.may_pass(packet) for decision in self._decisions_of.get(packet.codec, ()))

    def update_watched(self) -> None:
        """Update `watched`; to be called when a stream gets its first viewer or loses its last one."""
        self.watched = tuple(decision for decision in self.decisions.values() if decision.stream.input.wanted)

    def settings_of(self, codec: str) -> StreamSettings | None:
        """Return the settings of the largest stream of a codec, of those with viewers if there are any; None without a
        stream."""
        decisions = [each for each in self.decisions.values() if each.stream.settings.codec.name == codec]
        best = max(decisions, key=lambda each: (each.wants_packets, each.stream.settings.size), default=None)
        return best.stream.settings if best else None

    def report(self) -> list[tuple[str, str]]:
        """Return titles and states of the streams, for a report to users."""
        return [
            (f"Stream {stream.settings.codec.label}{suffix.replace('_', ' ')}", self.decisions[name].state)
            for name, stream in self._streams.items()
            if (suffix := name.removeprefix(stream.settings.codec.name)) in ("", "_sub")
        ]
