"""Damaged envelopes break no camera; `make soak` sends a million."""

from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.onvif.envelope_fuzzer import EnvelopeFuzzer

pytestmark = pytest.mark.slow

RUNS = 3000


def test_damaged_envelopes_break_nothing(start_camera: StartCamera, tmp_path: Path) -> None:
    camera = start_camera("--source=scene")
    EnvelopeFuzzer(camera).run(0, RUNS)
