"""Many silent, slow and idle clients: the camera still responds to an administrator, also when a limit is reached."""

import contextlib
import http.client
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, PATIENCE, CameraProcess, basic
from tests.e2e.crowd import CrowdProcess
from tests.e2e.streams.test_viewers import Viewer, watch

pytestmark = pytest.mark.slow

CROWD_ADDRESS = "127.0.1.1"


def ask(camera: CameraProcess, source: str = "127.0.0.1") -> int:
    """Ask as the administrator, from that address, on a new connection; return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", camera.port, timeout=PATIENCE, source_address=(source, 0))
    with contextlib.closing(connection):
        connection.request("GET", "/cgi/admin/param.cgi?action=list&group=Audio", headers=basic("admin", PASSWORD))
        return connection.getresponse().status


def test_an_administrator_is_answered_in_a_crowd(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    viewers = [Viewer(camera.client) for _ in range(10)]
    with contextlib.closing(CrowdProcess(camera.port, silent=300, slow=200, idle=300)) as crowd:
        crowd.wait_until("open", 800)
        assert [ask(camera, source) for source in ("127.0.0.1", CROWD_ADDRESS)] == [200, 200]
        watch(viewers, 5)
        camera.signal(signal.SIGTERM)
        assert camera.process.wait(PATIENCE) == 0, camera.log


@pytest.mark.parametrize("limit", ["connections", "connections-per-address"])
def test_clients_that_exhaust_a_limit_do_not_lock_others_out(start_camera: StartCamera, limit: str) -> None:
    """The first request of each client is answered: its connection is not replaced before it could speak."""
    camera = start_camera("--source=scene", f"--{limit}=50")
    with (
        contextlib.closing(CrowdProcess(camera.port, silent=30, slow=30, idle=30)) as crowd,
        ThreadPoolExecutor() as clients,
    ):
        crowd.wait_until("opened", 150)  # those that are replaced come back
        sources = ("127.0.0.1", CROWD_ADDRESS) * 4
        assert list(clients.map(partial(ask, camera), sources)) == [200] * 8
