"""Scheduled snapshots of a real camera: to the card, an FTP server, by mail and to a broker."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.delivery.ftp.ftp_server import PASSWORD, USER, FtpServer
from tests.delivery.mail.mail_server import serving_in_thread
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.mqtt.broker import PASSWORD as BROKER_PASSWORD
from tests.e2e.mqtt.broker import USER as BROKER_USER
from tests.e2e.mqtt.broker import Broker, Listener

pytestmark = pytest.mark.slow

NAME = re.compile(r"ipcamd-[0-9]{8}-[0-9]{6}(-[0-9]+)?\.jpg")


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[CameraProcess]:
    camera = CameraProcess(tmp_path / "state", "--allow-local-targets").start()
    yield camera
    camera.stop()


def add(client: Client, **fields: object) -> None:
    answer = client.get("/cgi/event/schedule.cgi", action="add", **fields).text
    assert answer.startswith("[Event.Schedule."), answer


def on_card(client: Client) -> list[str]:
    listed = client.get("/sdcard.cgi", action="list", dir="event").text
    return re.findall(r"[^|,\s]+\.jpg", listed)


def test_pictures_reach_every_target(camera: CameraProcess, tmp_path: Path) -> None:
    client = camera.client
    (tmp_path / "broker").mkdir()
    broker = Broker(tmp_path / "broker").start()
    listener = Listener(broker, "door/#")
    try:
        with FtpServer(tmp_path / "far") as server, serving_in_thread() as mails:
            ftp = {"FTPServer": "127.0.0.1", "Port": server.port, "UserName": USER, "Enable": "yes"}
            client.get("/cgi/admin/param.cgi", action="update", group="Event.Server.FTP", Password=PASSWORD, **ftp)
            mail = {"MailServer1": "127.0.0.1", "Smtpport": mails.port, "FromEmail": "a@b.example"}
            client.update("Event.Server.SMTP", EmailTo="c@d.example", Enable="yes", **mail)
            login = {"UserName": BROKER_USER, "Password": BROKER_PASSWORD, "Prefix": "door", "Enable": "yes"}
            mqtt = {"MQTTServer": "127.0.0.1", "Port": broker.port, **login}
            client.get("/cgi/admin/param.cgi", action="update", group="Event.Server.MQTT", **mqtt)
            targets = dict.fromkeys(("EnableFtp", "EnableEmail", "EnableSDCard", "EnableMQTT"), 1)
            add(client, Name="lapse", SnapshotInterval=1, **targets)
            eventually(lambda: len(server.files()) >= 3)
            eventually(lambda: len(on_card(client)) >= 3)
            eventually(lambda: len([1 for topic, _, _ in listener.messages if topic == "door/snapshot"]) >= 3)
            eventually(lambda: len(mails.mails) >= 2)
            assert client.get("/cgi/event/schedule.cgi", action="update", Name="lapse", Enable=0).lines
            eventually(lambda: not list((camera.state / "snapshots").iterdir()))  # none is on its way to the queues,
            eventually(lambda: not list((camera.state / "spool").iterdir()))  # and none from there to a target
            eventually(lambda: all(map(NAME.fullmatch, server.files())))
            assert all(map(NAME.fullmatch, on_card(client)))
            eventually(lambda: all(content.startswith(b"\xff\xd8") for content in server.files().values()))
            assert (listener.last("door/snapshot") or b"").startswith(b"\xff\xd8")
            log = client.get("/cgi/admin/eventlog.cgi", count=100).text
            assert log.count("delivered") <= 3  # not one entry for each picture
    finally:
        listener.close()
        broker.stop()


def test_undeliverable_pictures_are_logged_once(camera: CameraProcess) -> None:
    client = camera.client
    add(client, Name="lapse", SnapshotInterval=1, EnableFtp=1, EnableSDCard=1)
    eventually(lambda: len(on_card(client)) >= 3)
    eventually(lambda: "FTP is switched off" in client.get("/cgi/admin/eventlog.cgi", count=100).text)
    count = len(on_card(client))
    eventually(lambda: len(on_card(client)) >= count + 2)
    assert client.get("/cgi/admin/eventlog.cgi", count=100).text.count("FTP is switched off") == 1
    refused = client.get("/cgi/event/schedule.cgi", action="update", Name="lapse", SnapshotInterval=86_401).text
    assert refused.startswith("Request failed: SnapshotInterval=86401: allowed: 0 to 86400")
