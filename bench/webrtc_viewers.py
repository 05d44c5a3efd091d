"""WebRTC viewers in their own process: they count pictures without decrypting them.

usage: python -m bench.webrtc_viewers PORT PID VIEWERS SECONDS; writes one line of JSON.
"""

import asyncio
import json
import re
import sys
import time
from pathlib import Path

from tests.e2e.camera import Client
from tests.e2e.webrtc.light_viewer import IceAddress, LightViewer, make_offer

CLOCK_HZ = 100
"""Units of processor time per second in ``/proc``."""


async def watch(client: Client) -> LightViewer:
    offer = make_offer().replace(b"a=setup:actpass", b"a=setup:active")
    answer = await asyncio.to_thread(client.ask, "POST", "/whep", offer, Content_Type="application/sdp")
    assert answer.status == 201, answer.text
    found = re.search(r"a=candidate:\S+ 1 udp \d+ ([0-9.]+) (\d+) typ host", answer.text)
    assert found, answer.text
    name, password = (re.findall(f"a=ice-{what}:(\\S+)", answer.text)[0] for what in ("ufrag", "pwd"))
    viewer = LightViewer(IceAddress(found[1], int(found[2]), name, password))
    await viewer.connect()
    return viewer


def spent_s(pid: int) -> tuple[float, float]:
    """Return the processor time of a process and of its first thread."""
    stats = (Path(f"/proc/{pid}/stat"), Path(f"/proc/{pid}/task/{pid}/stat"))
    whole, first = (sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) / CLOCK_HZ for stat in stats)
    return whole, first


async def measure(port: int, pid: int, count: int, seconds: float) -> dict[str, float]:
    viewers = [await watch(Client(port)) for _ in range(count)]
    await asyncio.sleep(1)  # the first pictures arrive faster and do not count
    before, cpu_s, began_s = [viewer.pictures for viewer in viewers], spent_s(pid), time.monotonic()
    while (passed_s := time.monotonic() - began_s) < seconds:
        await asyncio.sleep(min(5.0, seconds - passed_s))
        for viewer in viewers:
            viewer.check()
    pictures = [viewer.pictures - had for viewer, had in zip(viewers, before, strict=True)]
    whole_s, first_s = (now - then for now, then in zip(spent_s(pid), cpu_s, strict=True))
    return {
        "pictures": sum(pictures),
        "rate_min": min(pictures) / passed_s,
        "cpu_s": whole_s,
        "first_thread_s": first_s,
    }


if __name__ == "__main__":
    port, pid, count, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(int(port), int(pid), int(count), float(seconds)))))
