"""The certificate of the running camera: shown, replaced and renewed while HTTPS and RTSPS clients remain connected."""

import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.access.certificate.authority import Authority, new_key, pem_of
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, Client, eventually, reachable
from tests.e2e.streams.test_players import run
from tests.ports import free_port

pytestmark = pytest.mark.slow

PATH = "/cgi/admin/certificate.cgi"
GROUP = "Network.Advanced.HTTPS"
Ports = tuple[int, int]
"""Of HTTPS and RTSPS."""


def serve_tls(camera: CameraProcess) -> Ports:
    camera.client.update(GROUP, HttpsPort=free_port(), RtspsPort=free_port(), Enabled="yes")
    https, rtsps = (int(camera.client.value(GROUP, name)) for name in ("HttpsPort", "RtspsPort"))
    return https, rtsps


@pytest.fixture
def ports(camera: CameraProcess) -> Ports:
    return serve_tls(camera)


def post(client: Client, action: str, **fields: str) -> str:
    form = urlencode({"action": action, **fields}).encode()
    return client.ask("POST", PATH, form, Content_Type="application/x-www-form-urlencoded").text


def shown(client: Client) -> dict[str, str]:
    return dict(line.split("=", 1) for line in client.get(PATH).lines)


def connect(port: int, ca: Path) -> ssl.SSLSocket:
    """Return a connection of a client that trusts `ca` alone, and checks the name."""
    context = ssl.create_default_context(cafile=str(ca))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 30), server_hostname="localhost")


def is_trusted(port: int, ca: Path) -> bool:
    try:
        connect(port, ca).close()
    except ssl.SSLError:
        return False
    return True


def frames(connection: ssl.SSLSocket, count: int) -> bool:
    """Read that many frames of an MJPEG stream."""
    left, received = count, b""
    while left:
        received = received[-1:] + connection.recv(65536)
        assert len(received) > 1
        left -= min(left, received.count(b"\xff\xd9"))
    return True


def test_clients_that_trust_its_certificate_connect(camera: CameraProcess, ports: Ports, tmp_path: Path) -> None:
    https, rtsps = ports
    (ca := tmp_path / "ca.pem").write_bytes(camera.client.get(PATH, action="download").body)
    login = f"admin:{PASSWORD}"
    for host in ("localhost", "127.0.0.1", socket.gethostname()):
        route = ("--resolve", f"{host}:{https}:127.0.0.1")
        where = f"https://{host}:{https}/cgi/admin/date.cgi?action=get"
        assert run("curl", "-sS", "--cacert", str(ca), "--user", login, *route, where).stdout.startswith("20")
    for port in ports:
        for version in ("-tls1_2", "-tls1_3"):
            verify = ("-CAfile", str(ca), "-verify_return_error", "-verify_hostname", "localhost", version)
            assert (
                "Verify return code: 0 (ok)"
                in run("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *verify).stdout
            )
    verify = ("-tls_verify", "1", "-ca_file", str(ca))
    for options, url in (
        (verify, f"https://{{}}@localhost:{https}/cgi/mjpg/mjpg.cgi"),
        ((), f"rtsps://{{}}@localhost:{rtsps}/h264"),
    ):
        where = url.format(login.replace(" ", "%20"))
        assert not run("ffmpeg", "-v", "error", *options, "-i", where, "-frames:v", "5", "-f", "null", "-").stderr
    report = shown(camera.client)
    assert report["SelfSigned"] == "yes"
    assert {"localhost", "127.0.0.1", "::1", socket.gethostname()} <= {*report["Names"].split(",")}


@pytest.mark.parametrize(
    "offer",
    [
        ("-tls1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "AES128-GCM-SHA256:AES256-SHA:NULL:@SECLEVEL=0"),
        ("-tls1_3", "-groups", "ffdhe8192:ffdhe2048"),
    ],
)
def test_nothing_weak_is_negotiated(camera: CameraProcess, ports: Ports, offer: tuple[str, ...]) -> None:
    for port in ports:
        command = ("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *offer)
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
        )
        assert done.returncode
        assert "alert" in done.stderr
        assert "Cipher is (NONE)" in done.stdout


def test_it_is_replaced_while_connections_go_on(camera: CameraProcess, ports: Ports, tmp_path: Path) -> None:
    https, rtsps = ports
    client, authority, key = Client(https, tls=True), Authority(), new_key()
    (old := tmp_path / "old.pem").write_bytes(camera.client.get(PATH, action="download").body)
    (root := tmp_path / "root.pem").write_bytes(authority.pem)
    viewer, player = connect(https, old), connect(rtsps, old)
    login = client.login()["Authorization"]
    viewer.sendall(f"GET /cgi/mjpg/mjpg.cgi HTTP/1.1\r\nAuthorization: {login}\r\n\r\n".encode())
    assert frames(viewer, 1)
    assert post(client, "upload", certificate=authority.issue(key).decode(), key=pem_of(key).decode()) == "OK\r\n"
    assert all(is_trusted(port, root) and not is_trusted(port, old) for port in ports)
    assert frames(viewer, 3)
    player.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert player.recv(100).startswith(b"RTSP/1.0 200 OK\r\n")
    assert shown(client)["SelfSigned"] == "no"
    assert post(client, "upload", certificate=authority.issue(key).decode(), key=pem_of(new_key()).decode()) == (
        "Request failed: key: it does not belong to the certificate\r\n"
    )
    assert is_trusted(https, root)
    request = post(client, "request", names="localhost, 127.0.0.1")
    answered = authority.answer(request) + authority.pem
    assert post(client, "upload", certificate=answered.decode()) == "OK\r\n"
    assert is_trusted(rtsps, root)
    assert shown(client)["Names"] == "localhost,127.0.0.1"
    assert post(client, "selfsigned") == "OK\r\n"
    assert not is_trusted(https, root)
    assert frames(viewer, 3)
    log = camera.client.get("/cgi/admin/auditlog.cgi", kind="change").text
    assert log.count("|TLS certificate uploaded|") == 2
    for secret in (*pem_of(key).decode().splitlines()[1:-1],):
        assert secret not in camera.log + log


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("?action=upload&certificate=x&key=y", "Request failed: key, password: not in a URL, which others may log; "),
        ("?action=upload&certificate=x", "Request failed: certificate: no certificate in PEM (-----BEGIN CERTIFICATE"),
        ("?action=upload", "Request failed: certificate: no certificate in PEM (-----BEGIN CERTIFICATE-----)"),
        (
            "?action=request&names=a,b!c",
            "Request failed: names=b!c: allowed: host names and IP addresses, separated by ",
        ),
        ("?action=request&names=" + "a," * 33, "Request failed: names: 33 of them; allowed: 32"),
        ("?action=delete", "Request failed: action=delete: allowed: "),
        ("?action=show&name=x", "Request failed: name"),
    ],
)
def test_a_wrong_request_changes_nothing(client: Client, target: str, message: str) -> None:
    before = shown(client)
    assert client.get(f"{PATH}{target}").text.startswith(message)
    assert shown(client) == before


def issued(authority: Authority, files: tuple[Path, Path]) -> None:
    key = new_key()
    for path, content in zip(files, (authority.issue(key), pem_of(key)), strict=True):
        path.write_bytes(content)


@pytest.fixture
def given(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "fullchain.pem", tmp_path / "privkey.pem"


@pytest.fixture
def owner(given: tuple[Path, Path]) -> Iterator[Authority]:
    authority = Authority()
    issued(authority, given)
    yield authority


def test_the_owners_files_are_followed(
    start_camera: StartCamera, given: tuple[Path, Path], owner: Authority, tmp_path: Path
) -> None:
    camera = start_camera("--source=scene", f"--tls-certificate={given[0]}", f"--tls-key={given[1]}")
    https, rtsps = serve_tls(camera)
    roots = [tmp_path / name for name in ("first.pem", "second.pem", "third.pem")]
    roots[0].write_bytes(owner.pem)
    assert is_trusted(https, roots[0])
    assert post(camera.client, "selfsigned").startswith("Request failed: certificate: it comes from --tls-certificate")
    second = Authority("Second Root")
    roots[1].write_bytes(second.pem)
    issued(second, given)
    eventually(lambda: is_trusted(https, roots[1]), "the new files are not noticed", 60)
    assert is_trusted(rtsps, roots[1])
    given[1].write_bytes(pem_of(new_key()))
    camera.signal(signal.SIGHUP)
    eventually(lambda: "the TLS certificate is unchanged: key: it does not belong" in camera.log)
    assert is_trusted(https, roots[1])
    third = Authority("Third Root")
    roots[2].write_bytes(third.pem)
    issued(third, given)
    camera.signal(signal.SIGHUP)
    eventually(lambda: is_trusted(https, roots[2]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--tls-certificate={0}",), "--tls-key: it is missing; --tls-certificate and --tls-key are given together"),
        (("--tls-certificate={0}", "--tls-key={0}x"), "x: there is no such file, or it cannot be read"),
    ],
)
def test_half_a_pair_is_refused_at_the_start(
    given: tuple[Path, Path], owner: Authority, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    camera = CameraProcess(tmp_path / "state", "--source=scene", *(option.format(given[0]) for option in options))
    camera.launch()
    assert camera.process.wait(60) == 2
    camera.kill()
    assert message in camera.log


def test_plain_http_redirects_ends_and_comes_back(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    https, _ = serve_tls(camera)
    plain, secure = camera.client, Client(https, tls=True)
    for mode in ("redirect", "off"):
        refusal = plain.get("/cgi/admin/param.cgi", action="update", group=GROUP, HttpMode=mode).text
        assert refusal.startswith(f"Request failed: {GROUP}.HttpMode={mode}: set it over HTTPS")
    secure.update(GROUP, HttpMode="redirect")
    for method in ("GET", "HEAD", "POST"):
        answer = plain.ask(method, "/cgi/admin/date.cgi?action=get")
        assert answer.status == 307
        assert answer.fields["Location"] == f"https://127.0.0.1:{https}/cgi/admin/date.cgi?action=get"
    follow = ("-sSkL", "--location-trusted", "--user", f"admin:{PASSWORD}", "--data", "action=get")
    assert run("curl", *follow, f"http://127.0.0.1:{camera.port}/cgi/admin/date.cgi").stdout.startswith("20")
    secure.update(GROUP, HttpMode="off")
    with pytest.raises(ConnectionRefusedError):
        plain.get("/")
    camera.stop()
    camera.start()
    assert camera.ready.startswith(f"ready http=- https={https} ")
    port = free_port()
    secure.update("System", HTTPPort=port)
    assert not reachable(port)
    secure.update(GROUP, HttpMode="on")
    assert Client(port).get("/cgi/admin/date.cgi", action="get").status == 200
    secure.update(GROUP, HttpMode="off")
    assert secure.get("/cgi/admin/param.cgi", action="update", group=GROUP, Enabled="no").status == 200
    assert Client(port).value(GROUP, "HttpMode") == "on"
