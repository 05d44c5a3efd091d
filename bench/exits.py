"""SIGTERM in the worst case: crowd, flood, viewers of all protocols, uploads, and servers and a card that hang."""

import contextlib
import http.client
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from bench import crowd, load, rtsp
from bench.servers import Target
from bench.table import Row
from tests.e2e.camera import PASSWORD, CameraProcess, basic, eventually
from tests.e2e.crowd import CrowdProcess
from tests.onvif.client import OnvifClient
from tests.slow_disk.disk import SlowDisk

HTTP_VIEWERS, RTSP_VIEWERS, WEBRTC_VIEWERS, PULL_POINTS = 200, 20, 5, 5
UPLOADS = ("/cgi/admin/firmwareupgrade.cgi", "/cgi/admin/backup.cgi")
LASTS_S = 60.0
"""Longest run of the clients, in seconds; they end earlier, with the camera."""
SITUATION_S = 2.0
"""Seconds for which the whole load lasts before SIGTERM."""
PART_HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="image"\r\n\r\n'
PULL = "<tev:Timeout>PT60S</tev:Timeout><tev:MessageLimit>10</tev:MessageLimit>"
LOOPBACK = "127.0.0.1"
LOGIN = "Authorization: " + basic("admin", PASSWORD)["Authorization"]


def exits(folder: Path) -> list[Row]:
    """Return the time from SIGTERM to the end of the process, with a working card and with a hanging one."""
    return [
        Row(f"exit in the worst situation, {title}", _measure(folder / title, hangs), "s", None, 3, 2.5, less=True)
        for title, hangs in (("card works", False), ("card hangs", True))
    ]


def _measure(folder: Path, hangs: bool) -> float:
    folder.mkdir()
    disk = SlowDisk(folder / "slow", folder / "card")
    options = ("--source=scene", "--viewers=5000", "--allow-local-targets", f"--sdcard={disk.root}")
    camera = CameraProcess(folder / "state", *options, environment=disk.environment).start()
    target = Target("ipcamd", camera.port, camera.pid, "/cgi/mjpg/mjpeg.cgi", login=LOGIN)
    with contextlib.ExitStack() as stack:
        stack.callback(camera.kill)
        _hang_servers(stack, camera)
        _record(camera, disk.root)
        for start in (_watch, _upload, _pull, _crowd):
            start(stack, camera, target)
        time.sleep(SITUATION_S)
        if hangs:
            disk.hang()
        exit_s = crowd.exit_time(target)
        if code := camera.process.wait():
            raise RuntimeError(f"the camera ended with {code}:\n{camera.log}")
    return exit_s


def _hang_servers(stack: contextlib.ExitStack, camera: CameraProcess) -> None:
    """Let the camera deliver to servers that accept connections but never answer."""
    servers = [stack.enter_context(contextlib.closing(socket.create_server((LOOPBACK, 0)))) for _ in range(4)]
    ntp = stack.enter_context(contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
    ntp.bind((LOOPBACK, 0))
    ftp, mail, samba, ddns = (server.getsockname()[1] for server in servers)
    update = camera.client.update
    update("Event.Server.FTP", Enable="yes", FTPServer=LOOPBACK, Port=ftp, UserName="u")
    addresses = {"FromEmail": "a@example.com", "EmailTo": "b@example.com"}
    update("Event.Server.SMTP", Enable="yes", MailServer1=LOOPBACK, Smtpport=mail, **addresses)
    update("Event.Server.NetStorage", Enable="yes", SambaServer=LOOPBACK, Port=samba, Share="s", UserName="u")
    provider = f"http://{LOOPBACK}:{ddns}/nic/update"
    update("Network.DNSUpdate", Enabled="yes", Provider=provider, DNSName="a.example.com", UserName="u")
    update("Time.NTP", Server=f"{LOOPBACK}:{ntp.getsockname()[1]}")
    update("Time", SyncSource="NTP")
    update("Event.Server.General", PreEvent=0, PostEvent=1)
    wants = {"TriggerDI1": "1", "EnableFtp": "1", "EnableEmail": "1", "EnableSamba": "1"}
    camera.client.get("/cgi/event/schedule.cgi", action="add", Name="input", **wants)
    camera.client.get("/cgi/admin/virtual.cgi", di1="high")
    for server in servers:
        stack.enter_context(server.accept()[0])


def _record(camera: CameraProcess, card: Path) -> None:
    fields = {"action": "add", "Name": "always", "ScheduleTimeMode": "1", "EnableSDCard": "1"}
    camera.client.get("/cgi/event/schedule.cgi", **fields)
    eventually(lambda: any(card.glob("record/*.avi")), "nothing is recorded")


def _watch(stack: contextlib.ExitStack, camera: CameraProcess, target: Target) -> None:
    """Start viewers of all protocols, and the flood."""
    server = rtsp.Server("ipcamd", camera.rtsp or 0, camera.pid)
    stranger = replace(target, login="")
    webrtc = [
        sys.executable,
        "-m",
        "bench.webrtc_viewers",
        *map(str, (target.port, target.pid, WEBRTC_VIEWERS, LASTS_S)),
    ]
    for command in (
        load.write_command("mjpeg", target, target.stream, HTTP_VIEWERS, LASTS_S),
        *(rtsp.write_command(server, transport, RTSP_VIEWERS, LASTS_S) for transport in ("tcp", "udp")),
        [sys.executable, "-m", "bench.webrtc_viewers", *webrtc],
        load.write_command("snap", target, crowd.LIST_ALL, crowd.LISTERS, LASTS_S),
        load.write_command("snap", stranger, crowd.LIST_ALL, crowd.STRANGERS, LASTS_S),
    ):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.kill)


def _upload(stack: contextlib.ExitStack, camera: CameraProcess, target: Target) -> None:
    """Start uploads that never end."""
    for path in UPLOADS:
        sock = stack.enter_context(contextlib.closing(socket.create_connection((LOOPBACK, target.port))))
        head = f"POST {path} HTTP/1.1\r\nHost: h\r\n{LOGIN}\r\nContent-Length: 9000000\r\n"
        sock.sendall(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode())
        sock.sendall(PART_HEAD + bytes(100_000))


def _pull(stack: contextlib.ExitStack, camera: CameraProcess, target: Target) -> None:
    """Let ONVIF clients wait for messages."""
    onvif = OnvifClient(target.client)
    for _ in range(PULL_POINTS):
        point = onvif.at(onvif.ask("tev:CreatePullPointSubscription").texts("{*}Address")[0])
        point.ask("tev:PullMessages", PULL)  # receives the present states
        threading.Thread(target=_wait, args=(point,), daemon=True).start()


def _wait(point: OnvifClient) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        point.ask("tev:PullMessages", PULL)


def _crowd(stack: contextlib.ExitStack, camera: CameraProcess, target: Target) -> None:
    count = crowd.SILENT + crowd.SLOW + crowd.IDLE
    many = CrowdProcess(target.port, silent=crowd.SILENT, slow=crowd.SLOW, idle=crowd.IDLE)
    stack.enter_context(contextlib.closing(many))
    many.wait_until("open", count)
