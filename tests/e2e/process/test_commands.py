"""Commands of the command line: output and exit codes."""

import contextlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import ANY_PORT, CameraProcess, Client, clean_environment, eventually, reachable
from tests.ports import free_port

pytestmark = pytest.mark.slow


def run_to_its_end(*options: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ipcamd", *options]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=30, env=clean_environment(environment or {})
    )


def test_help_names_every_option_of_the_contract() -> None:
    done = run_to_its_end("run", "--help")
    assert done.returncode == 0
    contract = (
        "source audio state sdcard host port https-port rtsp-port rtsps-port talk-port webrtc-port "
        "admin-user admin-password allow-weak-password allow-local-targets device discovery log-level log-format config"
    )
    for name in contract.split():
        assert f"--{name}" in done.stdout


def test_the_ready_line_has_the_real_ports_and_process(camera: CameraProcess) -> None:
    assert camera.pid == camera.process.pid
    assert camera.client.get("/cgi/jpg/image.cgi").status == 200
    assert camera.client.value("System", "HTTPPort") == str(camera.port)


def test_the_first_start_prints_a_random_password_once(start_camera: StartCamera, tmp_path: Path) -> None:
    generated = CameraProcess(tmp_path / "own", "--source=scene", "--admin-password=")
    try:
        generated.start()
        assert generated.first_start
        match = re.fullmatch(r"first start: user admin password (\S{12,})", generated.first_start)
        assert match, generated.first_start
        assert match[1] not in generated.log
        assert Client(generated.port, "admin", match[1]).get("/cgi/admin/serverreport.cgi").status == 200
        assert Client(generated.port, "admin", "admin").get("/cgi/admin/serverreport.cgi").status == 401
    finally:
        generated.stop()
    again = start_camera("--source=scene", "--admin-password=", state="own")
    assert again.first_start is None
    assert Client(again.port, "admin", match[1]).get("/cgi/admin/serverreport.cgi").status == 200


def test_the_state_directory_contains_no_password_in_clear_text(camera: CameraProcess) -> None:
    secret = "UNMISTAKABLE-8f3a"
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="paul", pwd=secret, grp="users")
    assert (camera.state.stat().st_mode & 0o777) == 0o700
    camera.stop()
    for file in (f for f in camera.state.rglob("*") if f.is_file()):
        assert secret.encode() not in file.read_bytes(), file
    assert secret not in camera.log


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--no-such-option",), "--no-such-option"),
        (("--port", "99999"), "99999"),
        (("--port", "1_0"), "1_0"),
        (("--device", "toaster"), "toaster"),
        (("--discovery", "perhaps"), "perhaps"),
        (("--source", "/nowhere/clip.mp4"), "/nowhere/clip.mp4"),
        (("--source", "gopher://host/"), "gopher"),
        (("--host", "999.1.1.1"), "999.1.1.1"),
        (("--source", "libcamera:99"), "libcamera:99"),
        (("--encoder", "quick"), "software or auto or v4l2m2m or qsv or nvenc"),
        (("--encoder", "v4l2m2m"), "it does not work (h264_v4l2m2m: "),
        (("--config", "/nowhere/ipcamd.toml"), "/nowhere/ipcamd.toml"),
    ],
)
def test_a_failed_start_exits_with_2_and_one_line(options: tuple[str, ...], words: str, tmp_path: Path) -> None:
    rest = [option for option in ANY_PORT if not option.startswith(options[0] + "=")]
    done = run_to_its_end("run", "--state", str(tmp_path), *rest, "--admin-password=correct horse", *options)
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert re.fullmatch(r"[^\n]+\n", done.stderr), done.stderr
    assert words in done.stderr


def test_a_weak_password_needs_a_loopback_address_or_consent(start_camera: StartCamera, tmp_path: Path) -> None:
    options = ("run", "--source=scene", "--discovery=off", *ANY_PORT, "--admin-password=admin")
    refused = run_to_its_end(*options, "--host=0.0.0.0", f"--state={tmp_path}/a")
    assert refused.returncode == 2
    assert "--allow-weak-password" in refused.stderr
    allowed = start_camera("--source=scene", "--admin-password=admin", "--allow-weak-password", state="b")
    assert Client(allowed.port, "admin", "admin").get("/cgi/admin/serverreport.cgi").status == 200


def test_a_port_in_use_exits_with_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        rest = [option for option in ANY_PORT if not option.startswith("--port=")]
        done = run_to_its_end(
            "run", "--source=scene", "--host=127.0.0.1", f"--port={port}", *rest, f"--state={tmp_path}/s"
        )
    assert done.returncode == 2
    assert str(port) in done.stderr


def test_a_state_directory_has_one_owner(camera: CameraProcess) -> None:
    done = run_to_its_end("run", "--source=scene", *ANY_PORT, "--host=127.0.0.1", f"--state={camera.state}")
    assert done.returncode == 2
    assert str(camera.state) in done.stderr
    assert camera.client.get("/cgi/jpg/image.cgi").status == 200


def test_options_come_from_environment_and_file_and_the_command_line_wins(
    start_camera: StartCamera, tmp_path: Path
) -> None:
    config = tmp_path / "ipcamd.toml"
    config.write_text('source = "scene"\nadmin-user = "file"\nadmin-password = "from the file"\n')
    camera = start_camera(f"--config={config}", "--admin-user=line", environment={"IPCAMD_ADMIN_USER": "environment"})
    assert Client(camera.port, "line", "from the file").get("/cgi/admin/serverreport.cgi").status == 200


def test_hardware_that_is_left_out_is_not_there(start_camera: StartCamera, tmp_path: Path) -> None:
    config = tmp_path / "ipcamd.toml"
    config.write_text(
        'source = "scene"\nadmin-password = "from the file"\n[device]\npan-tilt = "none"\ninputs = "none"\n'
    )
    camera = start_camera(f"--config={config}")
    client = Client(camera.port, "admin", "from the file")
    listed = client.get("/cgi/admin/param.cgi", action="list", group="Hardware").text
    assert [line for line in listed.split("\r\n") if line.endswith("=0")] == [
        f"Hardware.{name}=0" for name in ("PT", "Wireless", "TriggerIn", "USB")
    ]
    assert "PT Support:No\r\nIO Trigger Support:No\r\n" in client.get("/cgi/admin/serverreport.cgi").text
    refused = client.get("/cgi/admin/param.cgi", action="update", group="PTZ.Speed", PanSpeed="1").text
    assert refused == "Request failed: PTZ.Speed.PanSpeed: not supported by this device\r\n"


def test_hardware_that_is_unknown_exits_with_2(tmp_path: Path) -> None:
    config = tmp_path / "ipcamd.toml"
    config.write_text('[device]\nlaser = "virtual"\n')
    done = run_to_its_end("run", f"--config={config}", "--source=scene", *ANY_PORT, f"--state={tmp_path}/s")
    assert done.returncode == 2
    assert "[device] laser" in done.stderr


def test_a_parameter_changed_through_the_sdk_wins_over_the_option_at_the_next_start(start_camera: StartCamera) -> None:
    first = start_camera("--source=scene")
    port = free_port()
    first.client.update("System", HTTPPort=port)
    Client(port).update("System.Info", ServerName="lobby")
    first.stop()
    second = start_camera("--source=scene")
    assert second.port == port
    assert second.client.value("System.Info", "ServerName") == "lobby"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order_even_while_watched(camera: CameraProcess, number: signal.Signals) -> None:
    with camera.client.open("/cgi/mjpg/mjpeg.cgi") as viewer:
        viewer.read(1000)
        camera.signal(number)
        assert camera.process.wait(30) == 0
    assert "Traceback" not in camera.log


def test_sighup_reads_the_file_again(start_camera: StartCamera, tmp_path: Path) -> None:
    config = tmp_path / "ipcamd.toml"
    always = 'source = "scene"\nadmin-password = "from the file"\n'
    config.write_text(always)
    camera = start_camera(f"--config={config}")
    client = Client(camera.port, "admin", "from the file")

    def status() -> int | None:
        with contextlib.suppress(OSError), client.open("/cgi/mjpg/mjpeg.cgi") as viewer:
            return viewer.status
        return None

    config.write_text(always + "viewers = 0\n")
    camera.signal(signal.SIGHUP)
    eventually(lambda: status() == 503, "the file was not read again, or the port changed")
    config.write_text("this is = = no TOML")
    camera.signal(signal.SIGHUP)
    eventually(
        lambda: camera.log.count(str(config)) == 1, "no word, or more than one, in the log about the broken file"
    )
    assert client.get("/cgi/jpg/image.cgi").status == 200


@pytest.mark.parametrize("log", ["2>/dev/full", "2>&-"])
def test_a_log_that_is_full_or_closed_does_not_stop_it(start_camera: StartCamera, log: str) -> None:
    command = ("sh", "-c", f'exec "$@" {log}', "sh", sys.executable, "-m", "ipcamd")
    camera = start_camera("--source=scene", "--log-level=debug", command=command)
    assert camera.client.get("/cgi/jpg/image.cgi").status == 200
    assert str(Path(f"/proc/{camera.pid}/fd/2").readlink()) in ("/dev/full", "/dev/null")


def test_nothing_listens_after_the_end(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    camera.stop()
    assert not reachable(camera.port)
    database = next(camera.state.glob("*.db*"), None) or next(camera.state.glob("*.sqlite*"))
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not Path(f"/proc/{camera.pid}").exists()
