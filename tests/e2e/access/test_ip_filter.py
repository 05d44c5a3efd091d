"""IP filter: every service of a real camera, requested from several addresses of this machine."""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.conftest import StartCamera
from tests.e2e.audio.test_talk import heard, packets, talk_port
from tests.e2e.camera import PASSWORD, CameraProcess, basic, eventually

pytestmark = pytest.mark.slow

OTHER = "127.0.0.2"
FILTER = "/cgi/admin/ipfilter.cgi"
LOGIN = basic("admin", PASSWORD)["Authorization"]
SILENCE_S = 1.0
"""Seconds without a packet after which a stream has ended."""


def connect(port: int, source: str = OTHER) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 30, (source, 0))


def ask(port: int, source: str = OTHER, *fields: str) -> bytes:
    """Return the answer to a request from `source`; nothing if the connection is reset."""
    with contextlib.suppress(ConnectionError), connect(port, source) as sock:
        sock.sendall(request("/cgi/admin/date.cgi?action=get", "Connection: close", *fields))
        return b"".join(iter(lambda: sock.recv(65536), b""))
    return b""


def request(path: str, *fields: str, method: str = "GET", version: str = "HTTP/1.1") -> bytes:
    return "\r\n".join((f"{method} {path} {version}", f"Authorization: {LOGIN}", *fields, "", "")).encode()


def change(camera: CameraProcess, **parameters: str) -> None:
    assert camera.client.get(FILTER, **parameters).text == "OK\r\n"


def deny(camera: CameraProcess, address: str = OTHER) -> None:
    change(camera, action="add", DenyIPRange=address)
    change(camera, action="update", Policy="Both")


def is_cut(sock: socket.socket) -> bool:
    """Read to the end of a connection; raises ``TimeoutError`` if there is none."""
    with contextlib.suppress(ConnectionError):
        while sock.recv(65536):
            pass
    return True


def resets(port: int) -> bool:
    """Whether a connection is reset before a byte is sent over it, and so before a TLS handshake."""
    try:
        with connect(port) as sock:
            sock.recv(1)
    except ConnectionError:
        return True
    return False


@pytest.fixture
def secure(start_camera: StartCamera) -> CameraProcess:
    camera = start_camera("--source=scene", "--allow-anyone-to-talk")
    camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
    return camera


def ports(camera: CameraProcess) -> list[int]:
    names = ("HttpsPort", "RtspsPort")
    return [camera.port, camera.rtsp or 0, *(int(camera.client.value("Network.Advanced.HTTPS", n)) for n in names)]


def test_no_service_answers_a_denied_address(secure: CameraProcess) -> None:
    numbers = ports(secure)
    assert ask(secure.port).startswith(b"HTTP/1.1 200")
    deny(secure)
    assert [number for number in numbers if not resets(number)] == []
    assert ask(secure.port, "127.0.0.3").startswith(b"HTTP/1.1 200")
    change(secure, action="add", AcceptIPRange="127.0.0.1-127.0.0.2")
    assert ask(secure.port, "127.0.0.3") == b""
    assert [number for number in numbers if not resets(number)] == []  # deny first
    change(secure, action="removeall")
    assert ask(secure.port).startswith(b"HTTP/1.1 200")


def test_it_continues_without_the_camera(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    deny(camera)
    camera.kill()
    camera.start()
    assert ask(camera.port) == b""
    assert ask(camera.port, "127.0.0.3")


def test_talk_is_played_from_allowed_addresses_only(secure: CameraProcess) -> None:
    deny(secure)
    with socket.socket(type=socket.SOCK_DGRAM) as denied, socket.socket(type=socket.SOCK_DGRAM) as allowed:
        for sock, address in ((denied, OTHER), (allowed, "127.0.0.3")):
            sock.bind((address, 0))
            sock.connect(("127.0.0.1", talk_port(secure)))
        for _, packet in packets(3, size=100):
            denied.send(packet)
        for _, packet in packets(3, size=300):
            allowed.send(packet)
        eventually(lambda: len(heard(secure.client)) == 3 * 600)


@contextlib.contextmanager
def running(camera: CameraProcess) -> Iterator[dict[str, socket.socket]]:
    """Connections from `OTHER`: idle ones, and streams over each protocol."""
    http, rtsp, https, rtsps = ports(camera)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.ExitStack() as stack:
        plain = {name: stack.enter_context(connect(port)) for name, port in (("idle http", http), ("idle rtsp", rtsp))}
        plain["silent tls"] = stack.enter_context(connect(https))
        plain["half a request"] = stack.enter_context(connect(http))
        plain["half a request"].sendall(b"GET / HTTP/1.1\r\nA: ")
        plain["state"] = stack.enter_context(connect(http))
        plain["state"].sendall(request("/web/state"))
        streams = {"mjpeg": stack.enter_context(connect(http)), "mjpeg over tls": connect(https)}
        streams["mjpeg over tls"] = stack.enter_context(context.wrap_socket(streams["mjpeg over tls"]))
        for sock in streams.values():
            sock.sendall(request("/cgi/mjpg/mjpeg.cgi"))
        for name, port in (("rtsp", rtsp), ("rtsps", rtsps)):
            sock = connect(port)
            streams[name] = stack.enter_context(context.wrap_socket(sock) if name == "rtsps" else sock)
            play(streams[name], "RTP/AVP/TCP;unicast;interleaved=0-1")
        for sock in (*streams.values(), plain["state"]):
            assert b" 200 OK" in sock.recv(1000)
        yield plain | streams


def play(sock: socket.socket, transport: str) -> None:
    url = "rtsp://127.0.0.1/mjpeg"
    sock.sendall(request(url + "/track0", "CSeq: 1", f"Transport: {transport}", method="SETUP", version="RTSP/1.0"))
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(4096)
    assert answer.startswith(b"RTSP/1.0 200"), answer
    session = answer.partition(b"Session: ")[2].partition(b"\r\n")[0].partition(b";")[0].decode()
    sock.sendall(request(url, "CSeq: 2", f"Session: {session}", method="PLAY", version="RTSP/1.0"))


def test_a_new_rule_cuts_what_it_denies(secure: CameraProcess) -> None:
    with running(secure) as connections, connect(secure.port, "127.0.0.3") as stays:
        stays.sendall(request("/cgi/mjpg/mjpeg.cgi"))
        assert stays.recv(1000)
        deny(secure)
        assert [name for name, sock in connections.items() if not is_cut(sock)] == []
        for _ in range(20):
            assert stays.recv(65536)


def test_a_viewer_over_udp_is_cut_even_if_its_connection_is_closed(secure: CameraProcess) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as rtp, connect(secure.rtsp or 0) as control:
        rtp.bind((OTHER, 0))
        rtp.settimeout(30)
        port = rtp.getsockname()[1]
        play(control, f"RTP/AVP;unicast;client_port={port}-{port + 1}")
        assert rtp.recv(65536)
        control.close()
        deny(secure)
        rtp.settimeout(SILENCE_S)
        with pytest.raises(TimeoutError):  # DETACHED_S alone would leave it ten seconds
            for _ in range(5000):
                rtp.recv(65536)


def test_the_client_behind_a_trusted_proxy_is_judged(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene", "--trusted-proxy=127.0.0.2")
    forwarded = "X-Forwarded-For: 192.0.2.7"
    with connect(camera.port) as stream:
        stream.sendall(request("/cgi/mjpg/mjpeg.cgi", forwarded))
        assert stream.recv(1000)
        deny(camera, "192.0.2.7")
        assert is_cut(stream)
    assert ask(camera.port, OTHER, forwarded).startswith(b"HTTP/1.1 403")
    assert ask(camera.port, "127.0.0.3", forwarded).startswith(b"HTTP/1.1 200")  # not trusted: its field is ignored
    refused = request(f"{FILTER}?action=add&DenyIPRange=127.0.0.2", "X-Forwarded-For: 192.0.2.8", "Connection: close")
    with connect(camera.port) as proxy:
        proxy.sendall(refused)
        assert b"lock out 127.0.0.2" in b"".join(iter(lambda: proxy.recv(65536), b""))


def test_a_forced_lock_out_is_answered_and_then_cuts(camera: CameraProcess) -> None:
    with connect(camera.port) as kept:
        kept.sendall(request(f"{FILTER}?action=add&DenyIPRange={OTHER}&force=yes"))
        assert kept.recv(1000).endswith(b"OK\r\n")
        kept.sendall(request(f"{FILTER}?action=update&Policy=Both&force=yes"))
        assert kept.recv(1000).endswith(b"OK\r\n")
        assert is_cut(kept)
    assert ask(camera.port) == b""
    change(camera, action="removeall")
    assert ask(camera.port)


INSIDE = "IPCAMD_TEST_HOSTS"
"""Set in the network namespace that the next test makes."""
NETWORK = f"""
set -e
ip link set lo up
ip link add cam type veth peer name client
ip netns add ipcamd-$$
trap 'ip netns del ipcamd-$$' EXIT
ip link set client netns ipcamd-$$
ip addr add 10.99.0.1/24 dev cam; ip addr add fd99::1/64 dev cam nodad; ip link set cam up
ip -n ipcamd-$$ addr add 10.99.0.2/24 dev client; ip -n ipcamd-$$ addr add 10.99.0.3/24 dev client
ip -n ipcamd-$$ addr add fd99::2/64 dev client nodad; ip -n ipcamd-$$ addr add fd99::3/64 dev client nodad
ip -n ipcamd-$$ link set client up
export {INSIDE}=ipcamd-$$
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("ip"), reason="needs networks of its own")
def test_two_hosts() -> None:
    test = f"{sys.executable} -m pytest -q {__file__} -k by_another_host"
    done = subprocess.run(["unshare", "--net", "sh", "-c", NETWORK + test], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(".."), done.stdout


@pytest.mark.skipif(INSIDE not in os.environ, reason="is run by the test above")
@pytest.mark.parametrize(
    ("host", "good", "bad", "name"),
    [("10.99.0.1", "10.99.0.2", "10.99.0.3", "DenyIPRange"), ("fd99::1", "fd99::2", "fd99::3", "DenyIPv6")],
)
def test_by_another_host(start_camera: StartCamera, host: str, good: str, bad: str, name: str) -> None:
    camera = start_camera("--source=scene", f"--host={host}")
    place = f"[{host}]" if ":" in host else host

    def curl(source: str, path: str) -> str:
        command = ("curl", "-sg", "-w", " %{http_code}", "--interface", source, "-u", f"admin:{PASSWORD}")
        inside = ("ip", "netns", "exec", os.environ[INSIDE], *command, f"http://{place}:{camera.port}{path}")
        return subprocess.run(inside, capture_output=True, text=True, timeout=30, check=False).stdout

    assert curl(bad, "/cgi/admin/date.cgi?action=get").endswith(" 200")
    assert curl(good, f"{FILTER}?action=add&{name}={bad}").startswith("OK")
    assert curl(good, f"{FILTER}?action=update&Policy=Both").startswith("OK")
    assert curl(bad, "/cgi/admin/date.cgi?action=get") == " 000"
    assert curl(good, "/cgi/admin/date.cgi?action=get").endswith(" 200")


def test_an_option_is_the_way_back_after_all_are_denied(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    change(camera, action="add", DenyIPRange="0.0.0.0-255.255.255.255", force="yes")
    change(camera, action="update", Policy="Both", force="yes")
    eventually(lambda: resets(camera.port), "nobody is locked out")
    camera.stop()
    camera.options = (*camera.options, "--no-ip-filter")
    camera.start()
    assert "--no-ip-filter: all addresses may connect" in camera.log
    assert "0.0.0.0-255.255.255.255" in camera.client.get(FILTER, action="list").text
    change(camera, action="removeall")
    camera.stop()
    camera.options = camera.options[:-1]
    assert camera.start().client.get(FILTER, action="list").status == 200
