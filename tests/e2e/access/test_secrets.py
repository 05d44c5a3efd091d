"""Secrets of a real camera appear in no log, listing, response, process list or file, also after failures."""

import contextlib
import signal
import socketserver
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PATIENCE, CameraProcess, Client, clean_environment, eventually

pytestmark = pytest.mark.slow

MARK = "UNMISTAKABLE"
ADMIN, SOURCE, ACCOUNT, NEW, WRONG = (f"{MARK}-{name}" for name in ("admin", "source", "account", "new", "wrong"))
PARAM = "/cgi/admin/param.cgi"


class RefusingServer(socketserver.StreamRequestHandler):
    """FTP and mail server that refuses every login."""

    def handle(self) -> None:
        self.wfile.write(b"220 hello\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip()
            answers = {b"USER": b"331 go on", b"EHLO": b"250-hello\r\n250 AUTH PLAIN LOGIN", b"QUIT": b"221 bye"}
            self.wfile.write(answers.get(word, b"535 no") + b"\r\n")


class Source(BaseHTTPRequestHandler):
    """A camera that sends one picture after a login, and then fails."""

    def do_GET(self) -> None:
        if "Authorization" not in self.headers:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="source"')
            self.end_headers()
            return
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def running(server: socketserver.BaseServer) -> Iterator[int]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def refusing() -> Iterator[int]:
    socketserver.ThreadingTCPServer.daemon_threads = True
    with running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), RefusingServer)) as port:
        yield port


def set_secrets(client: Client, port: int) -> str:
    """Set every secret that there is, and use it, with success and without; return all answers."""
    texts = [
        client.get("/cgi/admin/pwdgrp.cgi", action="add", user="ann", pwd=ACCOUNT, grp="guest").text,
        client.get("/cgi/admin/pwdgrp.cgi", action="update", user="ann", pwd=NEW).text,
        client.get("/cgi/admin/pwdgrp.cgi", action="add", user="ann", pwd=NEW, grp="guest").text,
        client.get("/cgi/admin/pwdgrp.cgi", action="add", user="bob", pwd=NEW * 9, grp="guest").text,
    ]

    def update(group: str, **values: object) -> None:
        texts.append(client.get(PARAM, action="update", group=group, **values).text)

    for group, server in (("FTP", "FTPServer"), ("NetStorage", "SambaServer")):
        update(f"Event.Server.{group}", Enable="yes", **{server: "127.0.0.1"}, Port=port)
        update(f"Event.Server.{group}", UserName="u", Password=f"{MARK}-{group}")
    update("Event.Server.SMTP", Enable="yes", MailServer1="127.0.0.1", Smtpport=port)
    update("Event.Server.SMTP", FromEmail="a@example.com", EmailTo="b@example.com")
    update("Event.Server.Authentication", UserName="u", Password=f"{MARK}-mail")
    update("Network.PPPoE", UserName="u", Password=f"{MARK}-pppoe")
    update("Network.DNSUpdate", Provider=f"http://127.0.0.1:{port}/", DNSName="a.example.com", Enabled="yes")
    update("Network.DNSUpdate", UserName="u", Password=f"{MARK}-ddns")
    update("Network.DNSUpdate", Provider=f"http://u:{MARK}-url@127.0.0.1:{port}/")
    for group in ("Event.Server.FTP", "Network.PPPoE", "Network.DNSUpdate"):
        update(group, Password=WRONG * 20)
    notice = {"HttpUrl": f"http://u:{MARK}-notify@127.0.0.1:{port}/x?token={MARK}-token", "Message": "motion,Time=0"}
    texts.append(client.get("/EventHttpNotify.cgi", **notice).text)
    texts += [client.get("/cgi/event/test.cgi", target=target).text for target in ("ftp", "email", "samba")]
    return "\n".join(texts)


def everything_shown(client: Client) -> str:
    """Return all listings for administrators, and pages."""
    paths = [
        f"{PARAM}?action=alllist",
        "/cgi/admin/auditlog.cgi?count=1000",
        "/cgi/admin/auditlog.cgi?count=1000&format=json",
        "/cgi/admin/eventlog.cgi?count=1000",
        "/cgi/admin/serverreport.cgi",
        "/cgi/admin/pwdgrp.cgi?action=get",
        "/cgi/admin/virtual.cgi",
        "/",
    ]
    return "\n".join(client.ask("GET", path).text for path in paths)


def test_no_secret_is_shown_anywhere(start_camera: StartCamera, refusing: int) -> None:
    with running(ThreadingHTTPServer(("127.0.0.1", 0), Source)) as port:
        camera = start_camera(
            "--log-level=debug",
            "--allow-local-targets",
            f"--admin-password={ADMIN}",
            f"--source=http://u:{SOURCE}@127.0.0.1:{port}/",
        )
        client = Client(camera.port, "admin", ADMIN)
        answers = set_secrets(client, refusing)
        assert Client(camera.port, "admin", WRONG).get(PARAM).status == 401
        assert client.ask("GET", "/cgi/admin/pwdgrp.cgi?action=add&user=eve&pwd=" + WRONG + "&grp=nobody").status == 200
        assert "Request failed" in answers
        client.get("/cgi/jpg/image.cgi")
        eventually(lambda: "ipcamd.media.capture" in camera.log, "the source was not tried")
        shown = {
            "answers": answers,
            "listings": everything_shown(client),
            "command line": process_list(camera),
        }
        camera.signal(signal.SIGTERM)
        assert camera.process.wait(PATIENCE) == 0
        shown |= {"log": camera.log, "files": all_files(camera.state)}
    assert len(shown["log"].splitlines()) > 20  # debug lines
    found = {name: [line for line in text.splitlines() if MARK in line] for name, text in shown.items()}
    assert found == {name: [] for name in shown}


def process_list(camera: CameraProcess) -> str:
    """Return the process list of the camera and of its children, as others see it."""
    return "".join(
        path.read_bytes().decode(errors="replace")
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if is_descendant(path.parent, camera.pid)
    )


def is_descendant(process: Path, ancestor: int) -> bool:
    if process.name == str(ancestor):
        return True
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[1] == str(ancestor)
    except OSError:
        return False


def all_files(folder: Path) -> str:
    """Return the content of every file that the camera leaves, as text."""
    return "\n".join(path.read_bytes().decode("latin-1") for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_source_that_is_not_there_is_reported_without_its_login(start_camera: StartCamera, scheme: str) -> None:
    camera = start_camera("--log-level=debug", f"--source={scheme}://u:{SOURCE}@127.0.0.1:1/x")
    camera.client.get("/cgi/jpg/image.cgi")
    eventually(lambda: "ipcamd.media.capture" in camera.log, "the source was not tried")
    assert MARK not in camera.log + everything_shown(camera.client) + process_list(camera)


def test_a_source_that_is_none_is_refused_without_its_login(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ipcamd", "run", "--host=127.0.0.1", "--port=0", f"--state={tmp_path}"]
    done = subprocess.run(
        [*command, f"--source=wrong://u:{SOURCE}@h/"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment({}),
    )
    assert done.returncode == 2, done
    assert MARK not in done.stderr + done.stdout


def test_state_is_private_whatever_the_umask(start_camera: StartCamera) -> None:
    camera = start_camera(
        "--source=scene", program=("-c", "import os; os.umask(0); from ipcamd.__main__ import main; main()")
    )
    fields = {"action": "add", "Name": "always", "ScheduleTimeMode": "1", "EnableSDCard": "1"}
    camera.client.get("/cgi/event/schedule.cgi", **fields)
    eventually(lambda: any(camera.state.rglob("*.avi")))
    camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in (camera.state, *camera.state.rglob("*"))}
    open_to_others = {path: oct(mode) for path, mode in modes.items() if mode & 0o077}
    assert open_to_others == {}
