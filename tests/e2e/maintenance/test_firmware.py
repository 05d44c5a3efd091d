"""Firmware upgrades of the real camera (SDK 2.2), with images that its own commands make."""

import contextlib
import io
import random
import resource
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PATIENCE, CameraProcess, Client, eventually
from tests.e2e.parts import sdk_parts
from tests.ports import free_port

from ipcamd.maintenance.firmware.image import write_image
from ipcamd.maintenance.firmware.keys import load_private_key

pytestmark = pytest.mark.slow

UPGRADE = "/cgi/admin/firmwareupgrade.cgi"
BOUNDARY = "AsCg5y"
MJPEG = "/cgi/mjpg/mjpeg.cgi"


def ipcamd(*arguments: object) -> str:
    command = [sys.executable, "-m", "ipcamd", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ipcamd("firmware", "keygen", "--out", folder)
    return folder


@pytest.fixture(scope="module")
def image(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An image of this installation with the version 9.8.7."""
    path = tmp_path_factory.mktemp("image") / "image"
    ipcamd("firmware", "build", "--key", keys / "firmware.key", "--version", "9.8.7", "--out", path)
    return path.read_bytes()


@pytest.fixture
def start(start_camera: StartCamera, keys: Path) -> Callable[..., CameraProcess]:
    """Start a camera on reserved ports: any others may be taken while one version ends and the next one starts."""
    ports = [f"--{name}port={free_port()}" for name in ("", "https-", "rtsp-", "rtsps-")]
    return lambda *options, **more: start_camera(
        "--source=scene", f"--firmware-key={keys / 'firmware.pub'}", *ports, *options, **more
    )


def form(image: bytes, end: str = "") -> bytes:
    """Return the SDK's example: it ends without the two dashes of the last boundary line."""
    head = (
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="firmware.bin"; filename="firmware.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + image + f"\r\n--{BOUNDARY}{end}\r\n".encode()


def upload(client: Client, body: bytes, target: str = UPGRADE) -> str:
    return client.ask("POST", target, body, Content_Type=f"multipart/form-data; boundary={BOUNDARY}").text


def version(client: Client) -> str:
    return client.value("System.Info", "FWVersion")


def test_the_sdks_example_installs_an_image(start: Callable[..., CameraProcess], image: bytes) -> None:
    camera = start("--port=0")
    client, before = camera.client, version(camera.client)
    client.update("System.Info", ServerLocation="door")
    with client.open(MJPEG) as viewer:
        parts = sdk_parts(viewer)
        next(parts)
        assert upload(client, form(image)) == "OK\r\n"
    port, pid = camera.port, camera.pid
    camera._read_ready()
    assert (camera.port, camera.pid) == (port, pid)
    assert version(client) == "9.8.7" != before
    assert client.value("System.Info", "ServerLocation") == "door"
    assert "version 9.8.7 is installed" in client.get("/cgi/admin/eventlog.cgi").text
    assert "firmware 9.8.7" in client.get("/cgi/admin/auditlog.cgi").text
    camera.stop()
    camera.start()
    assert version(camera.client) == "9.8.7"
    camera.kill()
    camera.options = (*camera.options, "--no-firmware")
    camera.start()
    assert version(camera.client) == before


def test_an_upgraded_version_can_be_upgraded(start: Callable[..., CameraProcess], image: bytes) -> None:
    camera = start()
    client, pid = camera.client, camera.pid
    assert upload(client, form(image)) == "OK\r\n"
    camera._read_ready()
    assert "is the same as the running one, 9.8.7: the form field force=yes" in upload(client, form(image))
    forced = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="force"\r\n\r\nyes\r\n'.encode() + form(image, "--")
    assert upload(client, forced) == "OK\r\n"
    camera._read_ready()
    assert camera.pid == pid
    assert version(client) == "9.8.7"
    versions = camera.state / "firmware" / "versions"
    eventually(lambda: len(list(versions.iterdir())) == 1, "the version before is not removed")


def test_a_version_that_cannot_start_is_undone(start: Callable[..., CameraProcess], keys: Path, tmp_path: Path) -> None:
    camera = start()
    client, before, pid = camera.client, version(camera.client), camera.pid
    client.update("System.Info", ServerLocation="door")
    assert upload(client, form(signed(keys, tmp_path, {"ipcamd/__main__.py": b"raise SystemExit(5)"}))) == "OK\r\n"
    camera._read_ready()
    assert (version(client), camera.pid) == (before, pid)
    assert client.value("System.Info", "ServerLocation") == "door"
    expected = f"version 9.9.9 ended with exit code 5 before it was ready: version {before} runs"
    eventually(lambda: expected in client.get("/cgi/admin/eventlog.cgi").text, "the event log does not say so")


def test_hostile_uploads_change_nothing(
    start: Callable[..., CameraProcess], image: bytes, keys: Path, tmp_path: Path
) -> None:
    camera = start()
    client, before = camera.client, version(camera.client)
    ipcamd("firmware", "keygen", "--out", tmp_path / "other")
    ipcamd("firmware", "build", "--key", tmp_path / "other/firmware.key", "--out", tmp_path / "foreign")
    changed = bytearray(image)
    changed[len(image) // 2] ^= 1
    small = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="force"\r\n\r\nyes\r\n'.encode() * 9
    bomb = {"ipcamd/zeros": bytes(300 << 20)}
    cases = [
        (form(image[:-1]), "the signature of the image is wrong"),
        (form(image + b"x"), "the signature of the image is wrong"),
        (form(bytes(changed)), "the signature of the image is wrong"),
        (form((tmp_path / "foreign").read_bytes()), "which is not trusted"),
        (form(b"MZ" + bytes(1000)), "the file is not a firmware image"),
        (form(b""), "the file is not a firmware image"),
        (form(image)[:-20], "no complete file"),
        (b"", "no complete file"),
        (b"no form at all", "the form cannot be used"),
        (form(image) + form(image)[len(BOUNDARY) + 4 :], "more than one file"),
        (form(b"x").replace(b'name="firmware.bin"; file', b"file"), "a part has no name"),
        (small + form(image), "more than 8 parts"),
        (form(signed(keys, tmp_path, {"../evil": b""})), "only the package ipcamd is allowed"),
        (form(signed(keys, tmp_path, {"/etc/evil": b""})), "only the package ipcamd is allowed"),
        (form(signed(keys, tmp_path, {"ipcamd/../../evil": b""})), "only the package ipcamd is allowed"),
        (form(signed(keys, tmp_path, {"sitecustomize.py": b""})), "only the package ipcamd is allowed"),
        (form(signed(keys, tmp_path, bomb)), "too large"),
        (form(signed(keys, tmp_path, {}, "0.0.1")), "is older than the running one"),
        (
            form(signed(keys, tmp_path, {}, requires="nowhere>=2")),
            "needs nowhere>=2; it is not installed here",
        ),
    ]
    with client.open(MJPEG) as viewer:
        parts = sdk_parts(viewer)
        first = next(parts).counter
        for body, words in cases:
            answer = upload(client, body)
            assert answer.startswith("Request failed: "), words
            assert words in answer
        assert next(parts).counter > first
    kind = "multipart/form-data; boundary=" + 71 * "x"
    assert "1 to 70 characters" in client.ask("POST", UPGRADE, form(image), Content_Type=kind).text
    assert client.ask("POST", UPGRADE, form(image), Content_Type="application/octet-stream").status == 200
    assert client.ask("GET", UPGRADE).status == 405
    assert version(client) == before
    assert not (camera.state / "firmware" / "upload").exists()
    assert list((camera.state / "firmware" / "versions").iterdir()) == []
    assert "change_refused|admin|127.0.0.1|firmware" in client.get("/cgi/admin/auditlog.cgi").text


def test_uploads_without_login_key_or_limit_are_refused(start: Callable[..., CameraProcess]) -> None:
    camera = start()
    with begun(camera, 10**6, login=False) as sock:
        assert b" 401 " in sock.recv(1000)  # before a byte of the body
    with begun(camera, 10**12) as sock:
        assert b" 413 " in sock.recv(1000)
    untrusting = CameraProcess(camera.state.with_name("other"), "--source=scene").start()
    try:
        assert upload(untrusting.client, form(b"x")).startswith("Request failed: no firmware key is trusted")
    finally:
        untrusting.stop()


def test_one_client_uploads_at_a_time_and_a_disconnected_one_frees_its_place(
    start: Callable[..., CameraProcess], image: bytes
) -> None:
    camera = start()
    spool = camera.state / "firmware" / "upload"
    with begun(camera, len(image)) as stalled:
        stalled.sendall(form(image)[:1000])
        eventually(spool.exists, "nothing is received")
        assert upload(camera.client, form(b"x")).startswith("Request failed: another upgrade is in progress")
    eventually(lambda: not spool.exists(), "the half image is kept")
    assert "not a firmware image" in upload(camera.client, form(b"x"))


def test_a_full_disk_is_reported_and_changes_nothing(start: Callable[..., CameraProcess], image: bytes) -> None:
    camera = start()
    hard = resource.prlimit(camera.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(camera.pid, resource.RLIMIT_FSIZE, (len(image) // 2, hard))
    assert upload(camera.client, form(image)) == "Request failed: the image cannot be stored: File too large\r\n"
    assert not (camera.state / "firmware" / "upload").exists()
    resource.prlimit(camera.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert upload(camera.client, form(image)) == "OK\r\n"
    camera._read_ready()
    assert version(camera.client) == "9.8.7"


def test_killed_at_any_step_the_old_or_the_new_version_runs(
    start: Callable[..., CameraProcess], image: bytes, tmp_path: Path
) -> None:
    before, chance = ipcamd_version(), random.Random(1)
    for number in range(4):
        camera = start(state=f"state{number}")
        camera.client.update("System.Info", ServerLocation="door")
        if number:
            assert upload(camera.client, form(image)) == "OK\r\n"
            time.sleep(chance.uniform(0, 2))
            camera.kill()
        else:
            with begun(camera, len(image)) as sock:
                sock.sendall(form(image)[: len(image) // 2])
                camera.kill()
        camera.start()
        assert version(camera.client) in (before, "9.8.7")
        assert camera.client.value("System.Info", "ServerLocation") == "door"
        camera.kill()


def ipcamd_version() -> str:
    return ipcamd("--version").split()[1]


@contextlib.contextmanager
def begun(camera: CameraProcess, length: int, login: bool = True) -> Iterator[socket.socket]:
    """Send the head of an upload."""
    fields = {**(camera.client.login() if login else {}), "Content-Length": str(length)}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with socket.create_connection(("127.0.0.1", camera.port), PATIENCE) as sock:
        sock.sendall(
            f"POST {UPGRADE} HTTP/1.1\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n{head}\r\n".encode()
        )
        yield sock


def signed(
    keys: Path, folder: Path, files: dict[str, bytes], version: str = "9.9.9", requires: str = "cryptography"
) -> bytes:
    """Return an image of these files and those of every wheel, signed with the trusted key."""
    about = f"Metadata-Version: 2.1\nName: ipcamd\nVersion: {version}\nRequires-Dist: {requires}\n"
    own = {"ipcamd/__init__.py": b"", "ipcamd/__main__.py": b"", f"ipcamd-{version}.dist-info/METADATA": about.encode()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**own, **files}.items():
            archive.writestr(name, data)
    write_image(folder / "signed", version, packed.getvalue(), load_private_key(keys / "firmware.key"))
    return (folder / "signed").read_bytes()
