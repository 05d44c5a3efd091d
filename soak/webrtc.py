"""WebRTC run: viewers come and go in all ways, and leave nothing behind in the camera."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.e2e.webrtc.held import Held, is_no_more, make_counted_camera
from tests.e2e.webrtc.visitors import PRESENT, PROMPT, Visitors

from soak.endurance import Samples
from soak.report import Progress, Row

PROOF = 500
"""Viewers that the criterion demands."""
REST_S = 90.0
"""Seconds for which the camera is watched before and after: it returns free memory at intervals."""
GROWTH_MIB = 8.0
"""Growth of memory that passes: the heaps of the C library differ by as much from one rest to the next."""


def run(folder: Path, viewers: int) -> list[Row]:
    """Let so many viewers come and go; return the results."""
    camera = make_counted_camera(folder / "state", "--source=scene", "--audio=tone", "--log-level=warning").start()
    camera.client.update("Audio", MicEnabled="yes")
    held, visitors = Held(camera), Visitors(camera.client)
    asyncio.run(Visitors(camera.client, PROMPT).come_and_go(PRESENT))  # what the first viewers load stays
    before, least_mib = held.find_least(lambda _: False, REST_S), [find_lowest_mib(camera.pid)]
    asyncio.run(visitors.come_and_go(viewers, Progress("webrtc", viewers)))
    after = held.settle(before, REST_S)
    least_mib.append(find_lowest_mib(camera.pid))
    camera.stop()
    return report(visitors, (before, after), least_mib)


def find_lowest_mib(pid: int) -> float:
    """Return the least memory of a while."""
    samples, deadline = Samples(pid), time.monotonic() + REST_S
    while time.monotonic() < deadline:
        samples.take()
        time.sleep(0.5)
    return min(samples.rss_mib)


def report(visitors: Visitors, held: Sequence[Mapping[str, int]], least_mib: Sequence[float]) -> list[Row]:
    """Judge a run by what the camera held, and by its memory, before and after."""
    before, after = held
    viewers = visitors.gone.total()
    name, is_proof = f"WebRTC, {viewers} viewers come and go", viewers >= PROOF
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
