"""Viewers: a stream is encoded once for all, a slow viewer affects no other, and their number is bounded."""

import selectors
import socket
import struct
import subprocess

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client, eventually

pytestmark = pytest.mark.slow

MJPEG = "/cgi/mjpg/mjpeg.cgi"


class Viewer:
    """Reads one stream without a thread: feed it the received bytes, it keeps the counters."""

    def __init__(self, client: Client, receive_buffer: int = 1 << 20) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", client.port))
        login = client.login()["Authorization"]
        self.socket.sendall(f"GET {MJPEG} HTTP/1.1\r\nHost: camera\r\nAuthorization: {login}\r\n\r\n".encode())
        self.counters: list[int] = []
        self.closed = False
        self._data = b""

    def take(self) -> None:
        piece = self.socket.recv(1 << 20)
        self.closed = not piece
        self._data += piece
        if not self.counters and b"\r\n\r\n--myboundary" in self._data:
            self._data = self._data[self._data.index(b"--myboundary") :]
        while self._part():
            pass

    def _part(self) -> bool:
        start = self._data.find(b"\r\n\r\n") + 4
        if start < 4 or not self._data.startswith(b"--myboundary\r\nContent-Length: "):
            return False
        size = int(self._data[len("--myboundary\r\nContent-Length: ") : start - 4])
        if len(self._data) < start + size:
            return False
        counter, _, kind = struct.unpack_from("<3I", self._data, start)
        if kind == ord("J"):
            self.counters.append(counter)
        self._data = self._data[start + size :]
        return True


def watch(viewers: list[Viewer], enough: int) -> None:
    """Read all of them until each has seen that many pictures."""
    with selectors.DefaultSelector() as selector:
        for viewer in viewers:
            selector.register(viewer.socket, selectors.EVENT_READ, viewer)
        while min(len(viewer.counters) for viewer in viewers) < enough:
            ready = selector.select(20)
            assert ready, "no picture for 20 seconds"
            for key, _ in ready:
                key.data.take()
                assert not key.data.closed, "the camera closed a stream"


def gaps(viewer: Viewer) -> int:
    return viewer.counters[-1] - viewer.counters[0] + 1 - len(viewer.counters)


def test_fifty_viewers_see_every_picture(start_camera: StartCamera) -> None:
    client = start_camera("--source=scene").client
    client.update("Image.MJPEG", Resolution=0, Framerate=10)
    viewers = [Viewer(client) for _ in range(50)]
    watch(viewers, 40)
    assert [gaps(viewer) for viewer in viewers] == [0] * 50


def test_a_viewer_that_stops_reading_is_disconnected_and_affects_no_other(start_camera: StartCamera) -> None:
    client = start_camera("--source=scene").client
    client.update("Image.MJPEG", Framerate=20)
    deaf = [Viewer(client, receive_buffer=4096) for _ in range(5)]
    good = [Viewer(client) for _ in range(5)]
    watch(good, 20 * 14)
    assert [gaps(viewer) for viewer in good] == [0] * 5
    for viewer in deaf:
        assert bytes_until_the_end(viewer.socket) < 2_000_000


def bytes_until_the_end(connection: socket.socket) -> int:
    """Drain the bytes in transit to a closed connection."""
    total = 0
    try:
        while (piece := connection.recv(1 << 16)) and total < 10_000_000:
            total += len(piece)
    except ConnectionResetError:
        pass
    return total


def test_viewers_beyond_the_bound_are_answered_503_and_others_go_on(start_camera: StartCamera) -> None:
    client = start_camera("--source=scene", "--viewers=3").client
    seated = [Viewer(client) for _ in range(3)]
    watch(seated, 1)
    refused = client.get(MJPEG)
    assert refused.status == 503
    assert client.get("/cgi/jpg/image.cgi").status == 200
    assert client.get("/cgi/admin/param.cgi", action="list", group="System").status == 200
    seated.pop().socket.close()

    def seat() -> bool:
        with client.open(MJPEG) as answer:
            return answer.status == 200

    eventually(seat, "a seat that became free is not given again")
    watch(seated, 5)


def ended(viewer: Viewer) -> bool:
    """Continue to read; return whether the camera has ended the stream."""
    try:
        viewer.take()
    except ConnectionResetError:
        return True
    return viewer.closed


@pytest.mark.parametrize("change", [{"action": "remove"}, {"action": "update", "pwd": "another one"}])
def test_viewers_of_a_removed_account_are_disconnected_and_others_continue(
    camera: CameraProcess, change: dict[str, str]
) -> None:
    accounts = "/cgi/admin/pwdgrp.cgi"
    assert camera.client.get(accounts, action="add", user="eve", pwd="open sesame", grp="guest").text == "OK\r\n"
    eve, admin = Viewer(Client(camera.port, "eve", "open sesame")), Viewer(camera.client)
    player = subprocess.Popen(
        ("ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i",
         f"rtsp://eve:open%20sesame@127.0.0.1:{camera.rtsp}/mjpeg", "-f", "null", "-"),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        watch([eve, admin], 3)
        eventually(lambda: "Viewers:3" in camera.client.get("/cgi/admin/serverreport.cgi").text)
        assert camera.client.get(accounts, user="eve", **change).text == "OK\r\n"
        eventually(lambda: ended(eve))
        player.wait(20)
        watch([admin], len(admin.counters) + 5)
    finally:
        player.kill()
        player.wait()
        for viewer in (eve, admin):
            viewer.socket.close()


def test_a_guest_takes_no_more_than_its_share_and_no_reserved_place(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene", "--viewers=20")
    camera.client.update("Image.MJPEG", Resolution=1, Framerate=5)
    for user in ("ann", "bob", "carl", "dora"):
        camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user=user, pwd="sunflower", grp="guest")
    guests = [Client(camera.port, user, "sunflower") for user in ("ann", "bob", "carl", "dora")]
    watching = [Viewer(guests[0]) for _ in range(5)]
    watch(watching, 1)
    refused = guests[0].get(MJPEG)
    assert (refused.status, refused.text) == (503, "ann has 5 of 20 viewers' places and gets no more\r\n")
    watching += [Viewer(guest) for guest in (*guests[1:3] * 5, *guests[3:] * 3)]
    watch(watching, 1)
    refused = guests[3].get(MJPEG)
    assert (refused.status, refused.text) == (503, "the last 2 of 20 viewers' places are kept for administrators\r\n")
    watching += [Viewer(camera.client) for _ in range(2)]
    watch(watching, 2)
    refused = camera.client.get(MJPEG)
    assert (refused.status, refused.text) == (503, "all 20 viewers' places are taken\r\n")
    for viewer in watching:
        viewer.socket.close()
