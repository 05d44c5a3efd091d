"""NTP moves the clock of the whole camera by hours and years: recordings, schedules, logins and throttles continue."""

import http.client
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests
from requests.auth import HTTPDigestAuth
from tests.e2e.camera import PASSWORD, CameraProcess, basic, eventually
from tests.network.ntp.sntp_server import SntpServer
from tests.wire.avi.avi_files import playable

pytestmark = pytest.mark.slow

HOUR, YEAR = 3600, 365 * 86400


def now(camera: CameraProcess) -> datetime:
    text = camera.client.get("/cgi/admin/date.cgi", action="get").text.strip()
    return datetime.strptime(text, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)


def is_ahead(camera: CameraProcess, offset_s: float) -> bool:
    return abs(now(camera).timestamp() - time.time() - offset_s) < 60


def follow(camera: CameraProcess, server: SntpServer, offset_s: float) -> None:
    """Let the camera ask the server again, whose clock is now `offset_s` ahead."""
    server.offset_s = offset_s
    camera.client.update("Time", SyncSource="manually")
    camera.client.update("Time", SyncSource="NTP")
    eventually(lambda: is_ahead(camera, offset_s), f"the clock does not follow {offset_s}")


def start(start_camera: Callable[..., CameraProcess], server: SntpServer) -> CameraProcess:
    camera = start_camera("--source=scene", "--allow-local-targets")
    camera.client.update("Time.NTP", Server=f"127.0.0.1:{server.port}")
    return camera


def test_a_recording_begins_a_new_file_at_every_step(start_camera: Callable[..., CameraProcess]) -> None:
    with SntpServer() as server:
        camera = start(start_camera, server)
        fields = {"Name": "always", "ScheduleTimeMode": "1", "EnableSDCard": "1"}
        assert camera.client.get("/cgi/event/schedule.cgi", action="add", **fields).status == 200
        folder = camera.state / "sdcard" / "record"

        def years() -> set[int]:
            return {int(re.findall(r"-\d{4}(\d{4})-", path.name)[0]) for path in folder.glob("*.avi")}

        def count() -> int:
            return len(list(folder.glob("*.avi")))

        eventually(lambda: count() == 1, "nothing is recorded")
        for number, offset_s in enumerate((HOUR, -HOUR, 12 * YEAR, -10 * YEAR), 2):
            follow(camera, server, offset_s)
            eventually(lambda number=number: count() >= number, f"no new file at {offset_s}")
            year = now(camera).year
            eventually(lambda year=year: year in years(), f"no file of {year}")
        camera.stop()
        assert count() == 5
        for path in folder.glob("*.avi"):
            assert playable(path) == ""


def failed_login(port: int) -> int:
    """Try a wrong password from an address of its own, and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=("127.0.0.3", 0))
    try:
        connection.request("GET", "/cgi/admin/date.cgi?action=get", headers=basic("admin", "wrong"))
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_step_neither_ends_a_login_nor_lifts_a_throttle(start_camera: Callable[..., CameraProcess]) -> None:
    with SntpServer() as server, requests.Session() as session:
        camera = start(start_camera, server)
        url = f"http://127.0.0.1:{camera.port}/cgi/admin/date.cgi?action=get"
        session.auth = HTTPDigestAuth("admin", PASSWORD)
        assert session.get(url, timeout=20).status_code == 200
        for offset_s in (HOUR, -10 * YEAR, 12 * YEAR):
            statuses = [failed_login(camera.port) for _ in range(12)]
            assert statuses[-1] == 429
            follow(camera, server, offset_s)
            assert failed_login(camera.port) == 429
            answer = session.get(url, timeout=20)
            assert (answer.status_code, answer.history) == (200, [])  # with the nonce from before
