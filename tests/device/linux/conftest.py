"""Stand-ins for Linux devices."""

from pathlib import Path

import pytest
from tests.device.linux.fake_camera import build_stand_in
from tests.device.linux.fake_gpio import FakeGpio


@pytest.fixture(scope="session")
def fakecam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_stand_in(tmp_path_factory.mktemp("fakecam"), "fakecam")


@pytest.fixture(scope="session")
def gpio_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_stand_in(tmp_path_factory.mktemp("fakegpio"), "fakegpio")


@pytest.fixture
def chip(tmp_path: Path, gpio_library: Path) -> FakeGpio:
    """The chip ``/dev/gpiochip77``."""
    return FakeGpio(tmp_path / "gpio", gpio_library)
