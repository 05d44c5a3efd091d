"""NTP against a scripted server: stepped, slewed and ignored offsets."""

import asyncio
import socket
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
from ipcamd.device.virtual.clock import OffsetClock
from ipcamd.egress.policy import EgressPolicy
from ipcamd.network.ntp import synchronizer
from ipcamd.network.ntp.client import ask_offset
from ipcamd.network.ntp.synchronizer import NtpSynchronizer
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

SECOND = 1_000_000_000
HOUR, YEAR = 3600, 365 * 86400
TOLERANCE_S = 1
"""An answer counts as made half way of its round trip, which a busy machine stretches on one side."""


class Device:
    """A clock that follows a server."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.settings = Settings(self.database, ALL_GROUPS, {})
        self.key_values = KeyValueStore(self.database)
        self.monotonic = 0
        source = OffsetClock(self.key_values, time.time_ns, lambda: self.monotonic)
        self.clock = CameraClock(source, lambda: self.settings["Time"])
        self.notes: asyncio.Queue[str] = asyncio.Queue()
        self.corrected = asyncio.Event()
        self.settings.audit(lambda entry: self.corrected.set() if not entry.failure else None)
        self.ntp = NtpSynchronizer(self.settings, self.clock, EgressPolicy(True), self.notes.put_nowait, 0.2)
        self.ntp.start()

    @property
    def offset_s(self) -> float:
        """The offset to this machine's clock, read within a millisecond."""
        while True:
            before_ns, now_ns, after_ns = time.time_ns(), self.clock.now_ns(), time.time_ns()
            if after_ns - before_ns < SECOND / 1000:
                return (now_ns - before_ns) / SECOND

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
    assert device.offset_s == pytest.approx(offset_s, abs=TOLERANCE_S)
    again = CameraClock(OffsetClock(device.key_values), lambda: device.settings["Time"])
    assert (again.now_ns() - time.time_ns()) / SECOND == pytest.approx(offset_s, abs=TOLERANCE_S)


@pytest.mark.parametrize("sign", [1, -1])
async def test_a_small_offset_is_slewed_at_500_ppm(device: Device, sign: int) -> None:
    with SntpServer(sign * 0.8) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await device.is_corrected()
    assert device.offset_s == pytest.approx(0, abs=0.01)
    for elapsed_s, covered_s, tolerance_s in ((200, 0.1, 0.01), (1000, 0.5, 0.01), (10_000, 0.8, 0.25)):
        device.monotonic = elapsed_s * SECOND
        assert device.offset_s == pytest.approx(sign * covered_s, abs=tolerance_s)


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
    assert device.offset_s == pytest.approx(0, abs=TOLERANCE_S)


async def test_a_valid_answer_after_an_invalid_one_counts(device: Device) -> None:
    with SntpServer(HOUR, [wrong_originate, leap_3, right]) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await device.is_corrected()
    assert device.offset_s == pytest.approx(HOUR, abs=TOLERANCE_S)


async def test_an_answer_from_another_address_does_not_count(device: Device) -> None:
    with SntpServer(HOUR, is_elsewhere=True) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        assert "does not answer" in await asyncio.wait_for(device.notes.get(), 30)
    assert device.offset_s == pytest.approx(0, abs=TOLERANCE_S)


@pytest.mark.slow
async def test_a_late_answer_does_not_count(device: Device) -> None:
    with SntpServer(HOUR, [lambda _: time.sleep(0.5)]) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        assert "does not answer" in await asyncio.wait_for(device.notes.get(), 30)
    assert device.offset_s == pytest.approx(0, abs=TOLERANCE_S)


@pytest.mark.slow
async def test_a_failed_server_is_tried_again(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synchronizer, "RETRY_S", 0.05)
    with SntpServer(HOUR, [leap_3]) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await asyncio.wait_for(device.notes.get(), 30)
        server.script = [right]
        await device.is_corrected()
    assert device.offset_s == pytest.approx(HOUR, abs=TOLERANCE_S)


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


async def test_the_server_is_asked_once_an_interval(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synchronizer, "interval_of", lambda _: 0.05)
    with SntpServer(HOUR) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await device.is_corrected()
        server.offset_s = -HOUR
        while device.offset_s > 0:
            await device.is_corrected()
    assert device.offset_s == pytest.approx(-HOUR, abs=TOLERANCE_S)


@pytest.mark.parametrize(("interval_s", "expected"), [(3600, [30, 60, 120, 240]), (100, [30, 60, 100, 100])])
async def test_pauses_after_failures_grow_up_to_the_interval(
    device: Device, monkeypatch: pytest.MonkeyPatch, interval_s: float, expected: list[float]
) -> None:
    pauses: asyncio.Queue[float] = asyncio.Queue()

    async def pause(seconds: float) -> None:
        if seconds:
            pauses.put_nowait(seconds)
        await real_sleep(0)

    real_sleep = asyncio.sleep
    monkeypatch.setattr(synchronizer, "interval_of", lambda _: interval_s)
    with SntpServer(HOUR, [leap_3]) as server:
        monkeypatch.setattr(asyncio, "sleep", pause)
        await device.follow(f"127.0.0.1:{server.port}")
        assert [await asyncio.wait_for(pauses.get(), 30) for _ in expected] == expected


async def test_the_same_failure_is_noted_once(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synchronizer, "RETRY_S", 0.001)
    with SntpServer(HOUR, [leap_3]) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        for _ in range(4):
            await asyncio.to_thread(server.asked.acquire, timeout=30)
        assert device.notes.qsize() == 1
        server.script = [stratum(0)]
        await device.notes.get()
        assert "refuses" in await asyncio.wait_for(device.notes.get(), 30)


async def test_a_port_without_a_server_is_reported_at_once(device: Device) -> None:
    with SntpServer() as server:
        pass
    await device.follow(f"127.0.0.1:{server.port}")
    assert "Connection refused" in await asyncio.wait_for(device.notes.get(), 30)


async def test_other_settings_of_the_time_do_not_disturb_it(device: Device) -> None:
    with SntpServer(HOUR) as server:
        await device.follow(f"127.0.0.1:{server.port}")
        await device.is_corrected()
        task = device.ntp._task
        await device.settings.update([Change("Time", "DaylightSaving", "on")])
        assert device.ntp._task is task
        await device.settings.update([Change("Time.NTP", "Update", "02:00:00")])
        assert device.ntp._task is not task


async def test_the_other_addresses_of_a_server_are_asked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with SntpServer(HOUR) as server:
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, server.port)) for host in ("127.0.0.9", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        policy = EgressPolicy(True, own_ports=lambda: {server.port})  # the camera's TCP ports do not matter
        offset_ns = await ask_offset(policy, "time.example", server.port, time.time_ns, 30)
    assert offset_ns / SECOND == pytest.approx(HOUR, abs=TOLERANCE_S)


async def test_a_clock_that_is_set_meanwhile_spoils_no_answer() -> None:
    steps = iter([0, *[YEAR] * 9])
    with SntpServer(HOUR) as server:
        offset_ns = await ask_offset(
            EgressPolicy(True), "127.0.0.1", server.port, lambda: time.time_ns() + next(steps) * SECOND, 30
        )
    assert offset_ns / SECOND == pytest.approx(HOUR, abs=TOLERANCE_S)
