"""``/cgi/event/test.cgi``: its answers; ``tests/delivery`` tests the delivery."""

from pathlib import Path

import pytest
from tests.cgi.camera_rig import CameraRig
from tests.delivery.ftp.ftp_server import PASSWORD, USER, FtpServer

from ipcamd.cgi.event.test import ENDPOINT
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change

WEBHOOKS = "webhook1, webhook2, webhook3, webhook4, webhook5, webhook6, webhook7, webhook8"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "target=: allowed: ftp, email, samba, http, " + WEBHOOKS),
        ("target=disk", "target=disk: allowed: ftp, email, samba, http, " + WEBHOOKS),
        ("target=ftp&now=1", "now: unknown parameter; allowed: target"),
        ("target=ftp", "Event.Server.FTP.FTPServer is not set"),
        ("TARGET=Email", "Event.Server.SMTP.MailServer1 is not set"),
        ("target=http", "no address is set"),
        ("target=samba", "Event.Server.NetStorage.SambaServer is not set"),
    ],
)
async def test_refused(rig: CameraRig, query: str, words: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        await rig.ask(ENDPOINT, query)
    assert str(caught.value) == words


async def test_a_file_is_sent(tmp_path: Path) -> None:
    rig = CameraRig(tmp_path / "near", allow_local=True)
    with FtpServer(tmp_path / "far") as server, rig.database:
        values = {"FTPServer": "127.0.0.1", "Port": str(server.port), "UserName": USER, "Password": PASSWORD}
        await rig.settings.update([Change("Event.Server.FTP", name, value) for name, value in values.items()])
        assert await rig.text(ENDPOINT, "target=ftp") == "OK\r\n"
        assert len(server.files()) == 1


async def test_a_missing_right_is_reported(tmp_path: Path) -> None:
    rig = CameraRig(tmp_path / "near", allow_local=True)
    with FtpServer(tmp_path / "far", ftp_RNFR=lambda self, path: self.respond("550 No.")) as server, rig.database:
        values = {"FTPServer": "127.0.0.1", "Port": str(server.port), "UserName": USER, "Password": PASSWORD}
        await rig.settings.update([Change("Event.Server.FTP", name, value) for name, value in values.items()])
        assert await rig.text(ENDPOINT, "target=ftp") == (
            "OK\r\n"
            "the target allows no renaming of files: they get their final name before they are whole (550 No.)\r\n"
        )
        assert len(server.files()) == 1


def test_it_is_for_administrators_and_not_for_other_sites() -> None:
    assert ENDPOINT.rank is Rank.ADMIN
    assert ENDPOINT.changes(None)  # type: ignore[arg-type]
