"""POSIX time zones of ONVIF clients, and the camera's 57."""

import pytest

from ipcamd.onvif.device.posix_zone import find_zone, posix_zone
from ipcamd.params.time_zones import ZONES


@pytest.mark.parametrize("saving", [True, False])
def test_each_zone_is_found_again_by_what_is_shown_of_it(saving: bool) -> None:
    for index in range(len(ZONES)):
        found = find_zone(posix_zone(index, saving), index)
        assert found is not None
        assert posix_zone(*found) == posix_zone(index, saving)


@pytest.mark.parametrize(
    ("text", "name", "saving"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin", True),
        ("EST5EDT,M3.2.0,M11.1.0", "America/New_York", True),
        ("UTC-5:30", "Asia/Kolkata", False),
        ("GMT0", "Africa/Monrovia", True),
        ("CST-8:00:00", "Asia/Shanghai", False),
        ("XST-1XDT,M4.1.0,M10.1.0", "Europe/Berlin", True),
    ],
)
def test_a_clients_zone_is_mapped(text: str, name: str, saving: bool) -> None:
    found = find_zone(text, 0)
    assert found is not None
    assert (ZONES[found[0]].name, found[1]) == (name, saving)


@pytest.mark.parametrize("text", ["", "nonsense", "XYZ-3:17", "A5", "UTC+99"])
def test_no_zone_fits(text: str) -> None:
    assert find_zone(text, 0) is None
