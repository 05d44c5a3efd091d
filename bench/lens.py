"""Autofocus: its duration and the sharpness of the picture afterwards, from start positions in the whole range.

``python -m bench.lens`` prints the table.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import simplejpeg
from bench import servers, table
from bench.servers import Target
from bench.table import Row
from tests.e2e.camera import eventually

from ipcamd.media.image.focus_meter import gradient_energy

FZ = "/cgi/fz/focuszoomctl.cgi?"
STARTS = {1: (0, 30, 55, 80, 100), 4: (0, 49, 51, 75, 100)}
"""Start positions of the focus, by zoom; the best position is 50 or 80."""


@dataclass(frozen=True)
class Outcome:
    """One run of autofocus."""

    duration_s: float
    sharpness: float
    """Relative to the picture in best focus."""


def rows(folder: Path) -> list[Row]:
    """Return the longest duration and the lowest sharpness of all runs."""
    with servers.ipcamd(folder, "--source=scene") as target:
        client = target.client
        client.get("/cgi/admin/virtual.cgi", scene="still")
        client.update("Image.MJPEG", Resolution=5, Quality=0)
        client.update("ImageSource.IO.Sensor", OverlayDate="off", OverlayText="off")
        outcomes = list(_runs(target))
    slowest = max(outcome.duration_s for outcome in outcomes)
    least = min(outcome.sharpness for outcome in outcomes)
    return [
        Row(f"lens: autofocus, slowest of {len(outcomes)} starts", slowest, "s", None, 3, 2.7, less=True),
        Row("lens: autofocus, least sharp of them, of the best", least * 100, "%", None, 95, 98),
    ]


def _runs(target: Target) -> Iterator[Outcome]:
    for zoom, starts in STARTS.items():
        target.client.get("/cgi/ptz/ptz.cgi", zoom=zoom)  # keeps the picture in focus
        _rest(target)
        best = _sharpness(target)
        for start in starts:
            _focus(target, start)
            begun = time.monotonic()
            _act(target, "smartfocusscan")
            yield Outcome(time.monotonic() - begun, _sharpness(target) / best)


def _focus(target: Target, focus: int) -> None:
    """Move the focus to this position, step by step."""
    while steps := focus - int(_ask(target, "getmotorcurpos").split("|")[1]):
        _act(target, "focusplus" if steps > 0 else "focusminus")


def _act(target: Target, action: str) -> None:
    if (answer := _ask(target, action)) != "OK":
        raise RuntimeError(answer)
    _rest(target)


def _rest(target: Target) -> None:
    eventually(lambda: _ask(target, "fzisbusy") == "0", "the lens does not rest")


def _ask(target: Target, command: str) -> str:
    return target.client.ask("GET", FZ + command).text.strip()


def _sharpness(target: Target) -> float:
    luma = simplejpeg.decode_jpeg(target.client.get("/cgi/jpg/image.cgi").body, "GRAY")[..., 0]
    return gradient_energy(np.ascontiguousarray(luma))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(table.text([table.HEAD, *(row.cells() for row in rows(Path(name)))]))
