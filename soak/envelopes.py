"""Envelopes: damaged requests to the ONVIF services of a real camera."""

from pathlib import Path

from tests.e2e.camera import CameraProcess
from tests.onvif.envelope_fuzzer import BATCH, EnvelopeFuzzer

from soak.report import Progress, Row

PORTION = 100 * BATCH
"""Envelopes between two checks of the log."""


def run(folder: Path, runs: int) -> list[Row]:
    """Send this number of envelopes; return the result."""
    camera = CameraProcess(folder / "state", "--source=scene", "--log-level=warning").start()
    fuzzer, progress, broken = EnvelopeFuzzer(camera), Progress("envelopes", runs), list[str]()
    for first in range(0, runs, PORTION):
        try:
            fuzzer.run(first, min(PORTION, runs - first))
        except (AssertionError, OSError) as error:
            broken.append(str(error))
        progress(min(first + PORTION, runs), f"{len(broken)} broken")
    try:
        camera.stop()
    except AssertionError as error:
        broken.append(str(error))
    result = "; ".join(broken) or "each is carried out or refused; no trace; what is refused changes nothing"
    passed = False if broken else True if runs >= 1_000_000 else None
    return [Row(f"ONVIF, {runs:,} damaged envelopes", result, "0 broken in 1,000,000", passed)]
