"""WebRTC run: viewers connect and disconnect in all ways; the camera must release all of their resources."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.e2e.webrtc.resource_counts import ResourceCounts, is_no_more, make_counted_camera
from tests.e2e.webrtc.webrtc_viewers import PRESENT, PROMPT, WebRtcViewers

from soak.endurance import Samples
from soak.report import Progress, Row

PROOF = 500
"""Viewers that the criterion requires."""
REST_S = 90.0
"""Seconds of observation before and after: the camera returns free memory at intervals."""
GROWTH_MIB = 8.0
"""Permitted growth of memory: the heaps of the C library vary by this much between two rests."""


def run(folder: Path, viewers: int) -> list[Row]:
    """Let this number of viewers connect and disconnect; return the results."""
    camera = make_counted_camera(folder / "state", "--source=scene", "--audio=tone", "--log-level=warning").start()
    camera.client.update("Audio", MicEnabled="yes")
    held, visitors = ResourceCounts(camera), WebRtcViewers(camera.client)
    asyncio.run(WebRtcViewers(camera.client, PROMPT).come_and_go(PRESENT))  # loads the modules, which stay
    before, least_mib = held.find_least(lambda _: False, REST_S), [find_lowest_mib(camera.pid)]
    asyncio.run(visitors.come_and_go(viewers, Progress("webrtc", viewers)))
    after = held.settle(before, REST_S)
    least_mib.append(find_lowest_mib(camera.pid))
    camera.stop()
    return report(visitors, (before, after), least_mib)


def find_lowest_mib(pid: int) -> float:
    """Return the least memory within `REST_S`, in MiB."""
    samples, deadline = Samples(pid), time.monotonic() + REST_S
    while time.monotonic() < deadline:
        samples.take()
        time.sleep(0.5)
    return min(samples.rss_mib)


def report(visitors: WebRtcViewers, held: Sequence[Mapping[str, int]], least_mib: Sequence[float]) -> list[Row]:
    """Return the results, from the camera's resources and memory before and after the run."""
    before, after = held
    viewers = visitors.gone.total()
    name, is_proof = f"WebRTC, {viewers} viewers connect and disconnect", viewers >= PROOF
    ends = ", ".join(f"{count} by {way}" for way, count in visitors.gone.items())
    failed = f"{len(visitors.failed)} failed" + "".join(f" ({why})" for why in visitors.failed[:1])
    rest = ", ".join(f"{count} {what}, then {after[what]}" for what, count in before.items())
    memory = f"{least_mib[0]:.1f} MiB before, {least_mib[1]:.1f} MiB after"
    is_little = least_mib[1] - least_mib[0] < GROWTH_MIB
    return [
        Row(name, f"{ends}; {failed}", "0 failed", not visitors.failed),
        Row(f"{name}: held at rest", rest, "no more than before", is_no_more(after, before)),
        Row(f"{name}: memory", memory, f"< {GROWTH_MIB:g} MiB more", is_little if is_proof else None),
    ]
