import re

import pytest
from tests.device.test_clock import KeyValuesInMemory

import ipcamd
from ipcamd.device.identity import build_number, draw_mac, draw_serial, load_identity


async def test_it_is_generated_once_and_permanent() -> None:
    key_values = KeyValuesInMemory()
    first = await load_identity(key_values)
    assert await load_identity(key_values) == first
    other = await load_identity(KeyValuesInMemory())
    assert (other.mac, other.serial) != (first.mac, first.serial)


def test_a_mac_address_is_unicast_and_locally_administered() -> None:
    for _ in range(200):
        mac = draw_mac()
        assert re.fullmatch("[0-9a-f]{2}(:[0-9a-f]{2}){5}", mac)
        assert int(mac[:2], 16) & 3 == 2


def test_a_serial_number_can_be_read_aloud() -> None:
    assert all(re.fullmatch("[2-9A-HJ-NP-Z]{12}", draw_serial()) for _ in range(200))


@pytest.mark.parametrize(("version", "number"), [("0.1.0", "100"), ("1.2.3", "10203"), ("12.34.56", "123456")])
def test_build(version: str, number: str) -> None:
    assert build_number(version) == number


async def test_system_info_shows_it() -> None:
    plate = await load_identity(KeyValuesInMemory())
    shown = {name: value() for (group, name), value in plate.readers().items() if group == "System.Info"}
    assert shown["MACAddress"] == plate.mac
    assert shown["FWVersion"] == ipcamd.__version__
    assert shown["CGI"] == "1.0.9"
    assert shown["FWBuild"].isdecimal()
    assert set(shown) == {"MACAddress", "ModelName", "FWVersion", "FWBuild", "CGI", "ModelNumber"}
