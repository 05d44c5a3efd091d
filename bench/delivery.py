"""Speed of deliveries, compared with the bare libraries: the same files, servers and run.

usage: python -m bench.delivery [MEGABYTES]
"""

import asyncio
import ftplib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import smbclient
from bench.table import HEAD, Row, Yardstick, text
from tests.delivery.samba.samba_server import PASSWORD, Samba
from tests.ports import free_port

from ipcamd.delivery.delivery import Delivery
from ipcamd.delivery.uploaders import uploaders
from ipcamd.delivery.worker.target_session import WorkerResources
from ipcamd.egress.policy import EgressPolicy
from ipcamd.event_bus import Event, EventKind
from ipcamd.params import ALL_GROUPS
from ipcamd.recording.clip_file import ClipFile
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLog, EventLogEntry

CLIP, RECORDING = 10_000_000, 25_000_000
"""Bytes of a clip, to which the goal applies, and of a one-minute recording. The camera needs four more round trips per
file than the bare library: it looks for a free name, and gives it to the file only when the file is complete."""
MEMORY = Path("/dev/shm")
ROUNDS = 5
"""Each round measures the bare library, then the camera; the result is the median of the ratios."""
LEAST = 0.8
"""Goal: the camera's rate relative to the bare library's."""


@dataclass(frozen=True)
class DeliveryServer:
    """A running server, with the camera's settings for it, and a function that delivers by the bare library."""

    title: str
    target: str
    group: str
    values: dict[str, str]
    folder: Path
    bare: Callable[[list[Path]], None]


class CountingEventLog(EventLog):
    """Sets `done` when `wanted` files have been delivered."""

    def __init__(self, database: Database, wanted: int) -> None:
        super().__init__(database)
        self.wanted = wanted
        self.done = asyncio.Event()

    def note(self, entry: EventLogEntry) -> None:
        super().note(entry)
        if entry.failed:
            raise RuntimeError(entry.failed)
        self.wanted -= 1
        if not self.wanted:
            self.done.set()


@contextmanager
def ftp(folder: Path) -> Iterator[DeliveryServer]:
    """Run pyftpdlib in its own process."""
    port = free_port()
    folder.mkdir()
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "pyftpdlib",
        "-w",
        "-i",
        "127.0.0.1",
        "-p",
        str(port),
        "-d",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        _wait_for(port)

        def bare(paths: list[Path]) -> None:
            with ftplib.FTP() as client:
                client.connect("127.0.0.1", port)
                client.login()
                for path in paths:
                    with path.open("rb") as file:
                        client.storbinary(f"STOR {path.name}", file)

        yield DeliveryServer(
            "FTP", "ftp", "Event.Server.FTP", {"FTPServer": "127.0.0.1", "Port": str(port)}, folder, bare
        )
        server.kill()


@contextmanager
def samba(folder: Path) -> Iterator[DeliveryServer]:
    """Run smbd."""
    folder.mkdir()
    server = Samba(folder)
    server.start()

    def bare(paths: list[Path]) -> None:
        cache: dict[str, object] = {}
        login = {"username": server.user, "password": PASSWORD, "port": server.port, "connection_cache": cache}
        for path in paths:
            with (
                smbclient.open_file(rf"\\127.0.0.1\clips\{path.name}", "wb", **login) as there,
                path.open("rb") as file,
            ):
                shutil.copyfileobj(file, there, 1 << 20)
        smbclient.reset_connection_cache(connection_cache=cache)

    values = {"SambaServer": "127.0.0.1", "Share": "clips", "Port": str(server.port)}
    login = {"UserName": server.user, "Password": PASSWORD}
    try:
        yield DeliveryServer("Samba", "samba", "Event.Server.NetStorage", values | login, server.share, bare)
    finally:
        server.stop()


def measure(folder: Path, megabytes: int) -> list[Row]:
    """Return the rows of all servers that are installed."""
    servers = {"ftp": ftp} | ({"samba": samba} if shutil.which("smbd") else {})
    rows = []
    for name, server in servers.items():
        for each, goals in ((CLIP, (LEAST, 1.0)), (RECORDING, (None, None))):
            title, ratio, rate = _beside(server, folder / f"{name}{each}", megabytes, each)
            bare = Yardstick("bare library", rate / ratio)
            rows.append(Row(f"delivery by {title} in files of {each // 10**6} MB", rate, "MB/s", bare, *goals))
    return rows


def _beside(
    server: Callable[[Path], AbstractContextManager[DeliveryServer]], folder: Path, megabytes: int, each: int
) -> tuple[str, float, float]:
    """Return the server's title, and the camera's rate: relative to the bare library's, and in MB/s."""
    folder.mkdir()
    paths = [folder / f"{number}.avi" for number in range(max(1, megabytes * 1_000_000 // each))]
    for path in paths:
        path.write_bytes(bytes(range(256)) * (each // 256))
    total = sum(path.stat().st_size for path in paths) / 1e6
    seconds: list[tuple[float, float]] = []
    # not on the camera's disk, because each commit of the camera would also write the server's files
    elsewhere = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=elsewhere) as there, server(Path(there) / "far") as far:
        for number in range(ROUNDS):
            bare = _timed(far, lambda: far.bare(paths))
            seconds.append((bare, asyncio.run(_deliver(folder / f"near{number}", far, paths))))
    ratio = statistics.median(bare / camera for bare, camera in seconds)
    return far.title, ratio, total / statistics.median(camera for _, camera in seconds)


def _timed(far: DeliveryServer, action: Callable[[], object]) -> float:
    _clear(far)
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


async def _deliver(folder: Path, far: DeliveryServer, paths: list[Path]) -> float:
    """Return the seconds from the start of the delivery, with all files in the spool, to the last one's arrival."""
    _clear(far)
    with Database(folder / "ipcamd.db") as database:
        log = CountingEventLog(database, len(paths))
        settings = Settings(database, ALL_GROUPS, {})
        values = {"Enable": "yes", **far.values}
        await settings.update([Change(far.group, name, value) for name, value in values.items()])
        await settings.update([Change("Event.Server.General", "SpoolSize", "2000")])
        kinds = uploaders(lambda: "camera", lambda moment: datetime.fromtimestamp(moment / 1e9, UTC))
        delivery = Delivery(
            database, folder / "spool", log, time.time_ns, kinds, WorkerResources(settings, EgressPolicy(True))
        )
        event = Event(EventKind.MOTION, time.time_ns(), 1)
        for path in paths:
            await delivery.sink(far.target)([ClipFile(path, path.name, "video/x-msvideo", CLIP, 0, 1, event, "bench")])
        began = time.perf_counter()
        delivery.start()
        await log.done.wait()
        seconds = time.perf_counter() - began
        await delivery.close()
        await log.flush()
    assert {p.name: p.stat().st_size for p in far.folder.iterdir()} == {p.name: p.stat().st_size for p in paths}
    return seconds


def _clear(far: DeliveryServer) -> None:
    for path in far.folder.iterdir():
        path.unlink()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the FTP server does not listen")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        rows = measure(Path(name), int(sys.argv[1]) if sys.argv[1:] else 100)
    print(text([HEAD, *(row.cells() for row in rows)]))
