"""RTP stream: one hub's frames, numbered, stamped and packetized once for all viewers (RFC 3550)."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from itertools import chain
from typing import Any

from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.gop_cache import PackedGop
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import Traffic
from ipcamd.server.rtp.clock import RtpClock
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.rtp.rtp_viewer import RtpViewer
from ipcamd.wire.rtp import rtcp, rtp

log = logging.getLogger(__name__)

RTCP_INTERVAL_S = 5.0
"""Seconds between sender reports (RFC 3550, 6)."""
AFTER_DESCRIBE_S = 5.0
"""Seconds for which a stream continues after a DESCRIBE, so that the client's PLAY starts at once."""


class RtpStream:
    """Subscribes to a hub while there are viewers. All viewers share its SSRC, sequence numbers and time stamps."""

    def __init__(
        self,
        hub: Hub,
        clock_ns: Callable[[], int],
        name: str,
        traffic: Traffic,
        room: int = rtp.ROOM,
    ) -> None:
        """`clock_ns` is the clock of capture times; players synchronize streams of the same `name`.

        `room` is the maximum number of payload bytes per packet.
        """
        self.hub = hub
        self.format = hub.codec.rtp_format
        self.size = (0, 0)
        """Width and height of the newest key frame."""
        self._gop: PackedGop[RtpFrame] = PackedGop(hub.gop_cache)
        self._traffic = traffic
        self._clock_ns = clock_ns
        self._room = room
        self.name = name
        """Canonical name (CNAME) of the source."""
        self._numbering = rtp.RtpSequencer(self.format.payload_type, secrets.randbits(32), secrets.randbits(16))
        self._rtp_clock = RtpClock(self.format.clock, clock_ns(), secrets.randbits(32))
        self._batches: dict[tuple[type[RtpViewer], Any], dict[RtpViewer, None]] = {}
        self._newest: RtpFrame | None = None
        self._parameters = self.format.parameters(b"") if self.format.media == "audio" else ""
        self._has_parameters = asyncio.Event()
        self._subscribed = False
        self._next_hub: Hub | None = None
        """Hub that replaces `hub` at its first key frame."""
        self._key_ns = 0
        """When the newest key frame was packed, or the stream subscribed."""
        self._report_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._has_warned = False

    # -- for viewers

    @property
    def label(self) -> str:
        """Name for lists of viewers."""
        return self.hub.name

    @property
    def ssrc(self) -> int:
        """SSRC of its packets (RFC 3550)."""
        return self._numbering.ssrc

    @property
    def clock_offset(self) -> int:
        """Time stamp of 1970-01-01 UTC, modulo 2**32."""
        return self._rtp_clock.at(0) & 0xFFFFFFFF

    @property
    def gop(self) -> list[RtpFrame]:
        """Frames since the last key frame; empty for audio."""
        return self._gop.items()

    @property
    def key_age_s(self) -> float:
        """Seconds since the newest key frame, or since the stream has waited for the first one; 0 without viewers."""
        return (self._clock_ns() - self._key_ns) / 1e9 if self._batches else 0.0

    @property
    def idle(self) -> bool:
        """Whether it has no viewers and was not described recently."""
        return not self._subscribed

    def subscribe(self) -> None:
        """Subscribe to the hub before a viewer is added, so that it learns the position of its first packet."""
        if self._subscribed:
            return
        self._subscribed, self._key_ns = True, self._clock_ns()
        for frame in tuple(self.hub.subscribe(self._publish)):
            self._pack(frame)

    def switch(self, hub: Hub) -> None:
        """Change to another hub of this codec at its first key frame."""
        if self._subscribed and self._next_hub is None:
            self._next_hub = hub
            hub.subscribe(self._try_switch)

    def _try_switch(self, frame: EncodedFrame) -> None:
        hub = self._next_hub
        if hub is None or not frame.key:
            return
        hub.subscribe(self._publish)
        self.hub.unsubscribe(self._publish)
        self._forget_next()
        self.hub, self._gop = hub, PackedGop(hub.gop_cache)
        self._publish(frame)

    def _forget_next(self) -> None:
        if self._next_hub:
            self._next_hub.unsubscribe(self._try_switch)
            self._next_hub = None

    def add(self, viewer: RtpViewer) -> None:
        """Start sending to `viewer`, beginning with the present GOP."""
        self.subscribe()
        self._batches.setdefault((type(viewer), viewer.batch_key), {})[viewer] = None
        viewer.traffic = self._traffic.of(self.hub.name, viewer.identity.protocol)
        viewer.report(self._make_report())
        viewer.start(self.gop)
        if viewer.skipping:
            self.ask_key()
        if self._report_timer is None:
            self._plan_reports()

    def remove(self, viewer: RtpViewer) -> None:
        """Stop sending to `viewer`."""
        key = type(viewer), viewer.batch_key
        batch = self._batches.get(key, {})
        if viewer in batch:
            viewer.pause(self._newest)
            del batch[viewer]
            if not batch:
                del self._batches[key]
        self._unsubscribe_if_idle()

    def dismiss(self, viewer: RtpViewer) -> None:
        """Stop sending to `viewer` and send it RTCP BYE."""
        viewer.report(self._make_report() + rtcp.goodbye(self.ssrc))
        self.remove(viewer)

    def ask_key(self) -> None:
        """Request a key frame from the hub."""
        self.hub.ask_key()

    def position(self, time: int) -> tuple[int, int]:
        """Return the sequence number of the next viewer's first packet, and the time stamp of `time`."""
        gop = self.gop
        sequence = gop[0].sequence if gop else self._numbering.sequence
        return sequence, self._rtp_clock.at(time) & 0xFFFFFFFF

    @property
    def begin(self) -> int | None:
        """Capture time of the next viewer's first frame; None if it is not captured yet."""
        gop = self.gop
        return gop[0].captured_ns if gop else None

    async def parameters(self, timeout_s: float) -> str:
        """Return the format parameters of a session description; those of video are known after its first key frame."""
        if self.format.media == "video":
            try:
                await asyncio.wait_for(self._has_parameters.wait(), timeout_s)
            except TimeoutError:
                log.warning("stream %s: no key frame yet; described without its parameters", self.hub.name)
        return self._parameters

    def keep_warm(self) -> None:
        """Keep the encoder running for an expected viewer."""
        self.subscribe()
        if self._linger_timer:
            self._linger_timer.cancel()
        self._linger_timer = asyncio.get_running_loop().call_later(AFTER_DESCRIBE_S, self._end_linger)

    def stop(self) -> None:
        """Dismiss all viewers and unsubscribe."""
        for viewer in tuple(chain.from_iterable(self._batches.values())):
            self.dismiss(viewer)
        if self._linger_timer:
            self._linger_timer.cancel()
            self._linger_timer = None
        self._unsubscribe_if_idle()

    # -- frames

    def _publish(self, encoded: EncodedFrame) -> None:
        frame = self._pack(encoded)
        if frame is None:
            return
        for (kind, batch_key), viewers in self._batches.items():
            behind, traffic = kind.send_batch(batch_key, viewers, frame), next(iter(viewers)).traffic
            if traffic:
                traffic.send(len(viewers) - behind, frame.size_bytes)

    def _pack(self, encoded: EncodedFrame) -> RtpFrame | None:
        try:
            payloads = self.format.payloads(encoded.payload, self._room)
        except ValueError as error:
            self._warn_once(error)
            return None
        if not payloads:
            return None
        frame = self._newest = self._number(encoded, payloads)
        if encoded.key:
            self._key_ns = self._clock_ns()
            self._read_parameters(encoded)
        if self.format.media == "video":
            self._gop.add(encoded, frame)
        return frame

    def _number(self, encoded: EncodedFrame, payloads: list[bytes]) -> RtpFrame:
        ticks = [self.format.ticks(payload) for payload in payloads]
        if not self.format.is_steady:
            self._rtp_clock.pause()
        sequence, stamp = self._numbering.sequence, self._rtp_clock.stamp(encoded.captured_ns, sum(ticks))
        last = len(payloads) - 1 if self.format.marks else -1
        stamped = []
        for number, payload in enumerate(payloads):
            stamped.append((stamp, number == last, payload))
            stamp += ticks[number]
        packets = self._numbering.pack(stamped)
        return RtpFrame(
            packets,
            key=encoded.key or bool(ticks[0]),
            captured_ns=encoded.captured_ns,
            sequence=sequence,
            room=self._room,
        )

    def _read_parameters(self, encoded: EncodedFrame) -> None:
        self.size = encoded.size
        self._parameters = self.format.parameters(encoded.payload)
        self._has_parameters.set()

    def _warn_once(self, error: ValueError) -> None:
        if not self._has_warned:
            log.warning("stream %s: frames are left out of RTSP: %s", self.hub.name, error)
        self._has_warned = True

    # -- reports

    def _plan_reports(self) -> None:
        self._report_timer = asyncio.get_running_loop().call_later(RTCP_INTERVAL_S, self._send_reports)

    def _send_reports(self) -> None:
        self._plan_reports()
        report = self._make_report()
        for (kind, batch_key), viewers in tuple(self._batches.items()):
            kind.report_batch(batch_key, viewers, report)

    def _make_report(self) -> bytes:
        now_ns = self._clock_ns()
        counted = self._numbering.packets, self._numbering.octets
        return rtcp.sender_report(self.ssrc, now_ns, self._rtp_clock.at(now_ns), *counted, self.name)

    # -- subscription

    def _end_linger(self) -> None:
        self._linger_timer = None
        self._unsubscribe_if_idle()

    def _unsubscribe_if_idle(self) -> None:
        """Unsubscribe from the hub, so that its encoder can stop."""
        if not self._batches and self._report_timer:
            self._report_timer.cancel()
            self._report_timer = None
        if self._subscribed and not self._batches and not self._linger_timer:
            self._subscribed = False
            self._forget_next()
            self.hub.unsubscribe(self._publish)
            self._rtp_clock.pause()
            self._gop.clear()
            self._has_parameters.clear()
