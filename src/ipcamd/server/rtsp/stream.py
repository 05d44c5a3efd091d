"""One hub's frames as RTP: numbered, stamped and packed once for all viewers."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from ipcamd.media.frame import Encoded
from ipcamd.media.gop import PackedGop
from ipcamd.media.traffic import Traffic
from ipcamd.server.rtsp.media import Track
from ipcamd.server.rtsp.timeline import Timeline
from ipcamd.server.rtsp.unit import Unit
from ipcamd.server.rtsp.viewer import Viewer
from ipcamd.wire import rtcp, rtp

log = logging.getLogger(__name__)

REPORT = 5.0
"""Seconds between two sender reports."""
LINGER = 5.0
"""Seconds that a stream goes on after it was described: PLAY follows, and finds it warm."""
FIRST_FRAME = 3.0
"""Seconds that a description waits for an encoder to start."""


class Stream:
    """Follows a hub while there are viewers. All viewers share its SSRC, sequence numbers and time stamps."""

    def __init__(self, track: Track, clock_ns: Callable[[], int], name: str, traffic: Traffic | None = None) -> None:
        """`clock_ns` is the camera's clock, by which frames were captured; `name` says which tracks belong together."""
        self.track = track
        self.format = track.format
        self.size = (0, 0)
        """Width and height of the newest key frame."""
        self._gop: PackedGop[Unit] = PackedGop(track.hub.gop_cache)
        self._traffic = traffic or Traffic()
        self._clock_ns = clock_ns
        self._name = name
        self._numbering = rtp.Numbering(self.format.payload_type, secrets.randbits(32), secrets.randbits(16))
        self._timeline = Timeline(self.format.clock, clock_ns(), secrets.randbits(32))
        self._crowds: dict[tuple[type[Viewer], Any], dict[Viewer, None]] = {}
        self._newest: Unit | None = None
        self._parameters = ""
        self._described = asyncio.Event()
        self._following = False
        self._reporter: asyncio.TimerHandle | None = None
        self._warm: asyncio.TimerHandle | None = None
        self._complained = False

    # -- for viewers

    @property
    def ssrc(self) -> int:
        """Identifier of the source in its packets."""
        return self._numbering.ssrc

    @property
    def gop(self) -> list[Unit]:
        """The frames since the last key frame; of sound, nothing."""
        return self._gop.items()

    @property
    def idle(self) -> bool:
        """Whether nobody needs it."""
        return not self._following

    def follow(self) -> None:
        """Take the hub's frames: a viewer is about to be added, and what it is told of the beginning must hold."""
        if self._following:
            return
        self._following = True
        for frame in tuple(self.track.hub.join(self._publish)):
            self._pack(frame)

    def add(self, viewer: Viewer) -> None:
        """Send to `viewer` from now on: first what it needs to start at once, with the time that it was captured."""
        self.follow()
        self._crowds.setdefault((type(viewer), viewer.crowd), {})[viewer] = None
        viewer.traffic = self._traffic.of(self.track.hub.name, viewer.identity.protocol)
        viewer.report(self._report())
        viewer.start(self.gop)
        if self._reporter is None:
            self._reporter = asyncio.get_running_loop().call_later(REPORT, self._tell)

    def remove(self, viewer: Viewer) -> None:
        """Send no more to `viewer`."""
        key = type(viewer), viewer.crowd
        crowd = self._crowds.get(key, {})
        if viewer in crowd:
            viewer.pause(self._newest)
            del crowd[viewer]
            if not crowd:
                del self._crowds[key]
        self._rest()

    def dismiss(self, viewer: Viewer) -> None:
        """Send no more to `viewer`, and say so: it is the camera that ends it."""
        viewer.report(self._report() + rtcp.goodbye(self.ssrc))
        self.remove(viewer)

    def ask_key(self) -> None:
        """Have a key frame made soon: for somebody who joins unseen, by multicast."""
        self.track.hub.ask_key()

    def position(self, time: int) -> tuple[int, int]:
        """Return sequence number of the next viewer's first packet, and the time stamp that belongs to `time`."""
        gop = self.gop
        sequence = gop[0].sequence if gop else self._numbering.sequence
        return sequence, self._timeline.at(time) & 0xFFFFFFFF

    @property
    def begin(self) -> int | None:
        """Capture time of the frame that the next viewer is sent first; None if that is still to come."""
        gop = self.gop
        return gop[0].captured if gop else None

    async def parameters(self, *, warm: bool = False) -> str:
        """Return what a description must say of the format. `warm`: start the encoder for that, PLAY may follow."""
        if warm:
            self._keep_warm()
        if self.format.media == "video":
            try:
                await asyncio.wait_for(self._described.wait(), FIRST_FRAME)
            except TimeoutError:
                log.warning("stream %s: no key frame yet; described without its parameters", self.track.hub.name)
        return self._parameters

    def stop(self) -> None:
        """Tell all viewers that it ends, and let go of everything."""
        for viewer in tuple(self._everybody()):
            self.dismiss(viewer)
        if self._warm:
            self._warm.cancel()
            self._warm = None
        self._rest()

    def _everybody(self) -> Iterator[Viewer]:
        return chain.from_iterable(self._crowds.values())

    # -- frames

    def _publish(self, frame: Encoded) -> None:
        unit = self._pack(frame)
        if unit is not None:
            for (kind, crowd), viewers in self._crowds.items():
                in_step, traffic = kind.fan(crowd, viewers, unit), next(iter(viewers)).traffic
                if traffic:
                    traffic.send(in_step, unit.size_bytes)

    def _pack(self, frame: Encoded) -> Unit | None:
        try:
            payloads = self.format.payloads(frame.payload)
        except ValueError as error:
            self._complain(error)
            return None
        if not payloads:
            return None
        unit = self._newest = self._unit(frame, payloads)
        if frame.key:
            self._learn(frame)
        if self.format.media == "video":
            self._gop.add(frame, unit)
        return unit

    def _unit(self, frame: Encoded, payloads: list[bytes]) -> Unit:
        ticks = [self.format.ticks(payload) for payload in payloads]
        sequence, first = self._numbering.sequence, self._timeline.stamp(frame.captured, sum(ticks))
        last = len(payloads) - 1 if self.format.marks else -1
        stamped, stamp = [], first
        for number, payload in enumerate(payloads):
            stamped.append((stamp, number == last, payload))
            stamp += ticks[number]
        packets = self._numbering.pack(stamped)
        return Unit(
            packets, key=frame.key or bool(ticks[0]), captured=frame.captured, sequence=sequence, timestamp=first
        )

    def _learn(self, frame: Encoded) -> None:
        self.size = frame.size
        self._parameters = self.format.parameters(frame.payload)
        self._described.set()

    def _complain(self, error: ValueError) -> None:
        if not self._complained:
            log.warning("stream %s: frames are left out of RTSP: %s", self.track.hub.name, error)
        self._complained = True

    # -- reports

    def _tell(self) -> None:
        report = self._report()
        for viewer in tuple(self._everybody()):
            viewer.report(report)
        self._reporter = asyncio.get_running_loop().call_later(REPORT, self._tell)

    def _report(self) -> bytes:
        now = self._clock_ns()
        counted = self._numbering.packets, self._numbering.octets
        return rtcp.sender_report(self.ssrc, now, self._timeline.at(now), *counted, self._name)

    # -- rest

    def _keep_warm(self) -> None:
        self.follow()
        if self._warm:
            self._warm.cancel()
        self._warm = asyncio.get_running_loop().call_later(LINGER, self._cool)

    def _cool(self) -> None:
        self._warm = None
        self._rest()

    def _rest(self) -> None:
        """Leave the hub, so that its encoder may stop, unless somebody needs the stream."""
        if not self._crowds and self._reporter:
            self._reporter.cancel()
            self._reporter = None
        if self._following and not self._crowds and not self._warm:
            self._following = False
            self.track.hub.leave(self._publish)
            self._timeline.rest()
            self._gop.clear()
            self._described.clear()
