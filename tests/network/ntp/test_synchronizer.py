"""NTP against a scripted server: what is stepped, what is slewed, what is ignored."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.network.ntp.sntp_server import (
    Mischief,
    SntpServer,
    leap_3,
    not_a_server,
    right,
    short,
    stratum,
    wrong_originate,
)

from ipcamd.device.clock import CameraClock
from ipcamd.device.virtual import OffsetClock
from ipcamd.egress.policy import EgressPolicy
from ipcamd.network.ntp import synchronizer
from ipcamd.network.ntp.synchronizer import NtpSynchronizer
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

SECOND = 1_000_000_000
HOUR, YEAR = 3600, 365 * 86400


class Device:
    """A clock that follows a server."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.settings = Settings(self.database, ALL_GROUPS, {})
        self.facts = KeyValueStore(self.database)
        self.monotonic = 0
        source = OffsetClock(self.facts, time.time_ns, lambda: self.monotonic)
        self.clock = CameraClock(source, lambda: self.settings["Time"])
        self.notes: asyncio.Queue[str] = asyncio.Queue()
        self.corrected = asyncio.Event()
        self.settings.audit(lambda entry: self.corrected.set() if not entry.failure else None)
        self.ntp = NtpSynchronizer(self.settings, self.clock, EgressPolicy(True), self.notes.put_nowait, 0.2)
        self.ntp.start()

    @property
    def offset_s(self) -> float:
        return (self.clock.now_ns() - time.time_ns()) / SECOND

    async def follow(self, server: str) -> None:
        await self.settings.update([Change("Time.NTP", "Server", server), Change("Time", "SyncSource", "NTP")])
        self.corrected.clear()

    async def is_corrected(self) -> None:
        await asyncio.wait_for(self.corrected.wait(), 30)
        self.corrected.clear()


@pytest.fixture
async def device(tmp_path: Path) -> AsyncIterator[Device]:
    device = Device(tmp_path / "ipcamd.db")
    yield device
    await device.ntp.close()
    await device.database.shut_down()


@pytest.mark.parametrize("offset_s", [1.5, -HOUR, 30 * YEAR, -10 * YEAR])
async def test_a_large_offset_is_stepped_and_survives_a_restart(device: Device, offset_s: float) -> None:
    with SntpServer(offset_s) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await device.is_corrected()
    assert device.offset_s == pytest.approx(offset_s, abs=0.1)
    again = CameraClock(OffsetClock(device.facts), lambda: device.settings["Time"])
    assert (again.now_ns() - time.time_ns()) / SECOND == pytest.approx(offset_s, abs=0.1)


@pytest.mark.parametrize("sign", [1, -1])
async def test_a_small_offset_is_slewed_at_500_ppm(device: Device, sign: int) -> None:
    with SntpServer(sign * 0.8) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await device.is_corrected()
    assert device.offset_s == pytest.approx(0, abs=0.01)
    for elapsed_s, covered_s in ((200, 0.1), (1000, 0.5), (10_000, 0.8)):
        device.monotonic = elapsed_s * SECOND
        assert device.offset_s == pytest.approx(sign * covered_s, abs=0.05)


@pytest.mark.parametrize(
    ("mischief", "reason"),
    [
        (wrong_originate, "originate time stamp"),
        (stratum(0), "refuses: test"),
        (stratum(16), "not synchronised"),
        (leap_3, "not synchronised"),
        (not_a_server, "mode"),
        (short, "too short"),
    ],
)
async def test_a_bad_answer_is_ignored(device: Device, mischief: Mischief, reason: str) -> None:
    with SntpServer(HOUR, [mischief]) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        assert reason in await asyncio.wait_for(device.notes.get(), 30)
    assert device.offset_s == pytest.approx(0, abs=0.1)


async def test_a_good_answer_after_a_bad_one_counts(device: Device) -> None:
    with SntpServer(HOUR, [wrong_originate, leap_3, right]) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await device.is_corrected()
    assert device.offset_s == pytest.approx(HOUR, abs=0.1)


async def test_an_answer_from_another_address_does_not_count(device: Device) -> None:
    with SntpServer(HOUR, is_elsewhere=True) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        assert "does not answer" in await asyncio.wait_for(device.notes.get(), 30)
    assert device.offset_s == pytest.approx(0, abs=0.1)


@pytest.mark.slow
async def test_a_late_answer_does_not_count(device: Device) -> None:
    with SntpServer(HOUR, [lambda _: time.sleep(0.5)]) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        assert "does not answer" in await asyncio.wait_for(device.notes.get(), 30)
    assert device.offset_s == pytest.approx(0, abs=0.1)


@pytest.mark.slow
async def test_a_server_that_failed_is_asked_again(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synchronizer, "RETRY_S", 0.05)
    with SntpServer(HOUR, [leap_3]) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await asyncio.wait_for(device.notes.get(), 30)
        server.script = [right]
        await device.is_corrected()
    assert device.offset_s == pytest.approx(HOUR, abs=0.1)


async def test_a_clock_that_is_set_by_hand_follows_no_server(device: Device) -> None:
    with SntpServer(HOUR) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await device.is_corrected()
        device.settings.add_writer("Time", device.clock.write)
        await device.settings.update([Change("Time", "ServerDate", "2030-01-01")])
        assert device.settings["Time"]["SyncSource"] == "manually"
        assert device.clock.local().year == 2030


async def test_loopback_is_asked_only_if_that_is_allowed(device: Device) -> None:
    device.ntp._egress = EgressPolicy()
    await device.follow("127.0.0.1:9")
    assert "--allow-local-targets" in await asyncio.wait_for(device.notes.get(), 30)
