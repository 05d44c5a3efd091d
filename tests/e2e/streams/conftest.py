"""Fixtures of tests of streams."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def stand_in() -> Path:
    """Build the stand-in for a V4L2 camera."""
    bench = Path(__file__).parents[3] / "bench"
    subprocess.run(["make", "-s", "-C", str(bench), "build/fakecam.so"], check=True)
    return bench / "build/fakecam.so"
