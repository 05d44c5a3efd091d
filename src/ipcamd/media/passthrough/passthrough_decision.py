"""Passthrough decision: decides for each packet of a stream whether it is passed through, or its picture encoded."""

from typing import TYPE_CHECKING

from ipcamd.media.capture.video_capture import LATE_NS
from ipcamd.media.encode.encoder_thread import EncoderThread
from ipcamd.media.frame import Packet, Picture

if TYPE_CHECKING:  # imports PyAV
    from ipcamd.media.image.scale import ProcessedFrame

OFF = "off"
"""State of a stream without viewers."""
PASSED = "passed through"
"""State of a stream that is passed through."""
NO_SIGNAL = "no signal"
"""Reason to encode: the "no signal" picture is sent."""
NO_KEY = "waiting for a key frame"
"""Reason to encode until the source's next key frame."""
IN_DECODER = "earlier pictures are in the decoder"
"""Reason to encode until the decoder has returned them."""
_MOST_HELD = 30
"""Most packets that wait for pictures in the decoder; hardware may return them late."""


class PassthroughDecision:
    """Feeds the thread of one stream. `offer` and `admits` are for one thread at a time.

    It starts to pass through at a key frame, after the pictures before it that the decoder still has. It returns to
    encoding where a decoded picture can take over: at a key frame, or where the decoder is up to date. Each picture
    reaches the stream exactly once.
    """

    def __init__(self, stream: EncoderThread) -> None:
        self.stream = stream
        """Thread that it feeds."""
        self._codec = stream.settings.codec
        self._no_packets = f"the source sends no {self._codec.label}"
        """Reason while no packets arrive."""
        self._obstacle = self._no_packets
        self._passing = False
        self._last_ns = 0
        """Capture time of the last packet that was passed through."""
        self._pictures = 0
        """Decoded pictures since the last packet."""
        self._held: list[Packet] = []
        """Packets from a key frame on, to be passed through after the pictures in the decoder."""
        self._held_start = 0
        """`StreamInput.starts` at that key frame."""
        self._packet_ns = self._encoded_ns = 0
        """Capture times of the last packet, and of the last picture to encode; 0 while packets are passed through."""

    @property
    def wants_packets(self) -> bool:
        """Whether the stream can use packets."""
        if not self._codec.inspector:
            return False
        return self.stream.input.wanted and (self.stream.settings.passes or self._passing)

    @property
    def wants_pictures(self) -> bool:
        """Whether the stream needs decoded pictures."""
        return self.stream.hub.watched.is_set() and (not self._passing or bool(self._obstacle))

    @property
    def wants_key_frame(self) -> bool:
        """Whether a key frame of the source would serve a viewer, or let the stream pass through."""
        if not self.stream.hub.watched.is_set() or self._codec.intra_only:
            return False
        return self.stream.hub.key_wanted.is_set() if self._passing else self._obstacle is NO_KEY

    def may_pass(self, packet: Packet) -> bool:
        """Return whether neither settings nor the packet itself prevent that it is passed through."""
        return not (self._find_setting() or packet.obstacle or self._find_difference(packet, packet.rate))

    @property
    def may_linger(self) -> bool:
        """Whether packets are passed through that a later viewer needs: those since the last key frame."""
        return self._passing and not self._obstacle and not self._codec.intra_only

    @property
    def state(self) -> str:
        """State of the stream as text; from any thread."""
        if not self.stream.hub.watched.is_set():
            return OFF
        return PASSED if self._passing else f"encoded ({self._find_setting() or self._obstacle})"

    def offer(self, packet: Packet, touched: str, rate: float, masked: str = "") -> None:
        """Offer the source's next packet of this codec. `touched` describes the change of the picture, "" for none;
        `rate` is the source's frame rate, 0 if unknown. `masked` describes the masks, "" for none: with masks no packet
        is passed on, even if viewers must wait for the decoder."""
        if not packet.payload:
            self._passing, self._no_packets, self._obstacle, self._held = False, packet.obstacle, packet.obstacle, []
            return
        is_decoded, self._pictures = self._pictures > 0, 0
        previous_ns, self._packet_ns = self._packet_ns, packet.captured_ns
        self._obstacle = (
            self._find_setting() or packet.obstacle or masked or touched or self._find_difference(packet, rate)
        )
        if self._obstacle:
            self._held = []
            self._passing = self._passing and not (packet.key or is_decoded or masked)
        elif not self._passing:
            self._start(packet, 0 < self._encoded_ns < previous_ns)
        if self._passing:
            self._hand_on(packet)

    def admits(self, picture: Picture) -> bool:
        """Return whether the stream must encode this picture."""
        if not self.stream.hub.watched.is_set():
            return False
        if not picture.signal:
            self._passing, self._obstacle, self._held = False, NO_SIGNAL, []
            return True
        self._pictures += 1
        if self._pictures > 1:  # the source has stopped sending packets
            self._passing, self._obstacle, self._held = False, self._no_packets, []
        if self._held and picture.captured_ns >= self._held[0].captured_ns:
            self._release()
        if self._passing or 0 <= self._last_ns - picture.captured_ns < LATE_NS:
            return False
        self._encoded_ns = picture.captured_ns
        return True

    def put(self, processed: "ProcessedFrame") -> None:
        """Let the stream encode a picture."""
        self.stream.input.put(processed)

    def _start(self, packet: Packet, has_pictures: bool) -> None:
        """Start to pass through at a key frame; `has_pictures`: the decoder has pictures from before it."""
        if self._held_start != self.stream.input.starts:  # all viewers have left meanwhile
            self._held = []
        if self._held or (packet.key and has_pictures):
            self._held.append(packet)
            self._held_start, self._obstacle = self.stream.input.starts, IN_DECODER
            if len(self._held) > _MOST_HELD:
                self._release()
        else:
            self._passing, self._obstacle = packet.key, "" if packet.key else NO_KEY

    def _release(self) -> None:
        """Pass the held packets through."""
        self._passing, self._obstacle = True, ""
        held, self._held = self._held, []
        for packet in held:
            self._hand_on(packet)

    def _hand_on(self, packet: Packet) -> None:
        if self.stream.input.append(packet):
            self._last_ns, self._encoded_ns = packet.captured_ns, 0
        else:  # no viewers meanwhile, or the thread was delayed
            self._passing, self._obstacle = False, NO_KEY

    def _find_setting(self) -> str:
        if not self._codec.inspector:
            return f"{self._codec.label} is never passed through"
        return "" if self.stream.settings.passes else "Passthrough is off"

    def _find_difference(self, packet: Packet, rate: float) -> str:
        """Return the difference between the packet and the stream's settings; "" for none."""
        wanted = self.stream.settings
        if packet.size != wanted.size:
            return f"the source sends {packet.size[0]}x{packet.size[1]}"
        # source clocks are never exact
        return f"the source sends {rate:.0f} pictures per second" if rate > 1.1 * wanted.rate + 0.5 else ""
