"""Delivery to a real FTP server with the usual faults."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyftpdlib.handlers import FTPHandler
from tests.delivery.delivery_rig import PATIENCE, STALL, DeliveryRig, staged
from tests.delivery.ftp.ftp_server import PASSWORD, USER, FtpServer
from tests.ports import free_port

from ipcamd.errors import RequestFailed

CLIP = bytes(range(256)) * 8000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FtpServer]:
    with FtpServer(tmp_path / "far") as server:
        yield server


async def aim(rig: DeliveryRig, server: FtpServer, **values: object) -> None:
    login = {"Enable": "yes", "FTPServer": "127.0.0.1", "Port": server.port, "UserName": USER, "Password": PASSWORD}
    await rig.set("FTP", **(login | values))


@pytest.mark.parametrize("passive", ["yes", "no"])
@pytest.mark.parametrize(
    ("path", "folder"),
    [("", ""), ("/", ""), ("a/b", "a/b/"), ("/a//b/", "a/b/"), (r"\a\b", "a/b/"), ("t\u00fcr", "t\u00fcr/")],
)  # fmt: skip
async def test_a_clip_arrives(rig: DeliveryRig, server: FtpServer, passive: str, path: str, folder: str) -> None:
    await aim(rig, server, Passive=passive, Path=path)
    await rig.put("ftp", "one.avi", CLIP)
    await rig.put("ftp", "two.avi", b"")
    await rig.until(done=2)
    assert server.files() == {f"{folder}one.avi": CLIP, f"{folder}two.avi": b""}
    assert rig.notes.done[0].startswith("one.avi delivered, 2.0 MB in ")
    assert not any((rig.folder / "spool").iterdir())


async def test_it_is_renamed_only_when_it_is_whole(rig: DeliveryRig, server: FtpServer) -> None:
    await aim(rig, server)
    await rig.put("ftp", "one.avi", CLIP)
    await rig.until(done=1)
    words = [line.split() for line in server.commands]
    part = next(line[1] for line in words if line[0] == "STOR")
    assert part.startswith("one.avi.") and part.endswith(".part")
    assert words.index(["STOR", part]) < words.index(["SIZE", part]) < words.index(["RNFR", part])
    assert ["RNTO", "one.avi"] in words


async def test_many_files_share_a_login(rig: DeliveryRig, server: FtpServer) -> None:
    await aim(rig, server, Enable="no")
    await rig.set("FTP", Enable="yes", FTPServer="")
    for number in range(5):
        await rig.put("ftp", f"{number}.jpg", b"picture")
    await aim(rig, server)
    await rig.until(done=5)
    assert [name.split()[0] for name in rig.notes.done] == [f"{number}.jpg" for number in range(5)]
    assert server.commands.count(f"USER {USER}") == 1


@pytest.mark.slow
@pytest.mark.parametrize("passive", ["yes", "no"])
@pytest.mark.parametrize(("fault", "words"), [
    ("vanish", "127.0.0.1 closed the connection"),
    ("stall", "does not answer: no progress for 0.05 s"),
    ("full", "disk or this user's quota is full (552 Quota exceeded.)"),
    ("lose", "of 2048000 bytes "),
    ("no_room", "the server's disk is full (452 Disk full.)"),
])  # fmt: skip
async def test_interrupted_uploads_are_repeated_and_never_visible_in_part(
    rig: DeliveryRig, server: FtpServer, fault: str, words: str, passive: str
) -> None:
    await aim(rig, server, Passive=passive)
    server.fail(fault, after=500_000)
    await rig.put("ftp", "one.avi", CLIP)
    await rig.put("ftp", "two.avi", b"small")
    if fault == "stall":
        assert await asyncio.to_thread(server.stalled.wait, PATIENCE)
        await rig.stall()
    await rig.until(failed=1)
    assert words in rig.notes.failed[0]
    assert rig.notes.failed[0].startswith("one.avi: ")
    left = server.files()
    assert "one.avi" not in left
    assert not left or fault in ("vanish", "stall")  # a full disk gets its room back
    await rig.wake()
    await rig.until(done=2)
    assert server.files() == {"one.avi": CLIP, "two.avi": b"small"}


@pytest.mark.slow
async def test_a_server_may_take_its_time_to_put_away_what_came(
    tmp_path: Path, rig: DeliveryRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipcamd.delivery.target.blocking_session.CONNECT_TIMEOUT_S", 0.2)  # for connecting alone

    loop = asyncio.get_running_loop()

    def late(self: FTPHandler, answer: str, logfun: object = None) -> None:
        if answer.startswith("226"):
            asyncio.run_coroutine_threadsafe(rig.pass_time(3 * STALL), loop).result(PATIENCE)
            self.ioloop.call_later(0.4, FTPHandler.respond, self, answer)
        else:
            FTPHandler.respond(self, answer)

    with FtpServer(tmp_path / "far", respond=late) as server:
        await aim(rig, server)
        await rig.put("ftp", "one.avi", CLIP)
        await rig.until(done=1)
        assert server.files() == {"one.avi": CLIP}
    assert rig.notes.failed == []


async def test_the_server_comes_back(tmp_path: Path, rig: DeliveryRig) -> None:
    with FtpServer(tmp_path / "far") as gone:
        await aim(rig, gone)
    await rig.put("ftp", "one.avi", CLIP)
    await rig.until(failed=1)
    assert f"nothing answers at 127.0.0.1:{gone.port}" in rig.notes.failed[0]
    with FtpServer(tmp_path / "far", port=gone.port) as server:
        await rig.wake()
        await rig.until(done=1)
        assert server.files() == {"one.avi": CLIP}


async def test_an_upload_goes_on_where_it_broke_off(rig: DeliveryRig, server: FtpServer) -> None:
    await aim(rig, server)
    server.fail("vanish", after=500_000)
    await rig.put("ftp", "one.avi", CLIP)
    await rig.until(failed=1)
    await rig.wake()
    await rig.until(done=1)
    resumed = [int(line.split()[1]) for line in server.commands if line.startswith("REST")]
    assert len(resumed) == 1
    assert 0 < resumed[0] < len(CLIP)
    assert server.files() == {"one.avi": CLIP}


async def test_a_server_that_resumes_nothing_gets_it_all_again(tmp_path: Path, rig: DeliveryRig) -> None:
    with FtpServer(tmp_path / "far", ftp_REST=lambda self, line: self.respond("502 No.")) as server:
        await aim(rig, server)
        server.fail("vanish", after=500_000)
        await rig.put("ftp", "one.avi", CLIP)
        await rig.until(failed=1)
        await rig.wake()
        await rig.until(done=1)
        assert server.files() == {"one.avi": CLIP}


async def test_a_server_without_sizes_is_trusted(tmp_path: Path, rig: DeliveryRig) -> None:
    with FtpServer(tmp_path / "far", ftp_SIZE=lambda self, path: self.respond("500 What?")) as server:
        await aim(rig, server)
        await rig.put("ftp", "one.avi", CLIP)
        await rig.until(done=1)
        assert server.files() == {"one.avi": CLIP}


@pytest.mark.parametrize("taken", [(), ("one.avi", "one-2.avi")])
async def test_an_upload_without_a_record_is_not_repeated(
    tmp_path: Path, rig: DeliveryRig, taken: tuple[str, ...]
) -> None:
    def rename(self: object, source: str, target: str) -> None:
        Path(source).rename(target)
        self.close()  # type: ignore[attr-defined]

    with FtpServer(tmp_path / "far") as server:
        others = dict.fromkeys(taken, b"another")
        for name, data in others.items():
            (server.folder / name).write_bytes(data)
        await aim(rig, server)
        server.control.ftp_RNTO = lambda self, path: rename(self, self._rnfr, path)
        await rig.put("ftp", "one.avi", CLIP)
        await rig.until(failed=1)
        del server.control.ftp_RNTO
        await rig.wake()
        await rig.until(done=1)
        assert sorted(server.files().values()) == sorted([CLIP, *others.values()])
    assert "had arrived already" in rig.notes.done[0]


async def test_a_target_without_an_orderly_end_delays_nothing(
    tmp_path: Path, rig: DeliveryRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipcamd.delivery.worker.target_session.LOGOUT_TIMEOUT_S", 0.02)
    with FtpServer(tmp_path / "far", ftp_QUIT=lambda self, line: None) as server:
        await aim(rig, server)
        for name in ("one.avi", "two.avi"):
            await rig.put("ftp", name, CLIP)
            await rig.until(done=len(server.files()) + 1)
        assert server.files() == {"one.avi": CLIP, "two.avi": CLIP}
    assert rig.notes.failed == []


async def test_ipv6(tmp_path: Path, rig: DeliveryRig) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with FtpServer(tmp_path / "far", host="::1") as server:
        for passive in ("yes", "no"):
            await aim(rig, server, FTPServer="::1", Passive=passive)
            await rig.delivery.test("ftp")
        assert len(server.files()) == 2


async def test_without_a_user_name_it_is_anonymous(rig: DeliveryRig, server: FtpServer) -> None:
    server.control.authorizer.add_anonymous(str(server.folder), perm="elmfw")  # type: ignore[attr-defined]
    await aim(rig, server, UserName="", Password="")
    await rig.delivery.test("ftp")
    assert "USER anonymous" in server.commands
    assert len(server.files()) == 1


async def test_a_name_that_is_taken_by_another_file(rig: DeliveryRig, server: FtpServer) -> None:
    (server.folder / "one.avi").write_bytes(b"another")
    await aim(rig, server)
    await rig.put("ftp", "one.avi", CLIP)
    await rig.until(done=1)
    assert server.files() == {"one.avi": b"another", "one-2.avi": CLIP}
    assert "as one-2.avi" in rig.notes.done[0]


async def test_a_wrong_password_is_reported_and_a_corrected_one_tried_at_once(
    rig: DeliveryRig, server: FtpServer
) -> None:
    await aim(rig, server, Password="wrong")
    await rig.put("ftp", "one.avi", CLIP)
    await rig.until(failed=1)
    assert "user name or password is wrong (530 " in rig.notes.failed[0]
    await rig.set("FTP", Password=PASSWORD)
    await rig.until(done=1)
    assert len(rig.pauses) == 1


@pytest.mark.parametrize(("values", "words"), [
    ({"Password": "wrong"}, "user name or password is wrong"),
    ({"Path": "blocked/deeper"}, "is the path right, and may this user write there?"),
    ({"FTPServer": ""}, "Event.Server.FTP.FTPServer is not set"),
    ({"FTPServer": "no.such.host.invalid"}, "the host no.such.host.invalid is not found"),
    ({"TLS": "yes"}, "does not support TLS|the server refuses"),
])  # fmt: skip
async def test_the_result_of_a_target_test(
    rig: DeliveryRig, server: FtpServer, values: dict[str, str], words: str
) -> None:
    (server.folder / "blocked").write_bytes(b"a file")
    await aim(rig, server, **values)
    with pytest.raises(RequestFailed, match=words):
        await rig.delivery.test("ftp")


async def test_an_unreachable_host_is_reported(rig: DeliveryRig, server: FtpServer) -> None:
    port = free_port()
    await aim(rig, server, Port=port)
    with pytest.raises(RequestFailed, match=f"nothing answers at 127.0.0.1:{port}"):
        await rig.delivery.test("ftp")


async def test_a_silent_server(rig: DeliveryRig, server: FtpServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        await aim(rig, server, Port=listener.getsockname()[1])
        attempt = asyncio.create_task(rig.delivery.test("ftp"))
        connection, _ = await asyncio.get_running_loop().sock_accept(listener)
        with connection:
            await rig.pass_time(2 * STALL)
            with pytest.raises(RequestFailed, match="does not answer"):
                await attempt


async def test_data_goes_to_the_server_itself_whatever_address_it_names(tmp_path: Path, rig: DeliveryRig) -> None:
    with FtpServer(tmp_path / "far", masquerade_address="192.0.2.1") as server:
        await aim(rig, server)
        await rig.delivery.test("ftp")
        assert len(server.files()) == 1


async def test_no_other_host_may_use_an_active_data_connection(tmp_path: Path, rig: DeliveryRig) -> None:
    def store(self: object, path: str, mode: str = "w") -> None:
        sock = socket.socket()
        sock.bind(("127.0.0.2", 0))
        sock.connect(thief[0])
        self.respond("150 Come.")  # type: ignore[attr-defined]

    thief: list[tuple[str, int]] = []

    def port(self: object, line: str) -> None:
        fields = [int(field) for field in line.split(",")]
        thief.append((".".join(map(str, fields[:4])), fields[4] * 256 + fields[5]))
        self.respond("200 OK.")  # type: ignore[attr-defined]

    with FtpServer(tmp_path / "far", ftp_STOR=store, ftp_PORT=port) as server:
        await aim(rig, server, Passive="no")
        with pytest.raises(RequestFailed, match="closed the connection"):
            await rig.delivery.test("ftp")


async def test_no_password_in_messages_that_the_server_echoes(tmp_path: Path, rig: DeliveryRig) -> None:
    with FtpServer(tmp_path / "far", ftp_PASS=lambda self, line: self.respond(f"530 Not {line}\r\n, no.")) as server:
        await aim(rig, server)
        with pytest.raises(RequestFailed) as caught:
            await rig.delivery.test("ftp")
    assert PASSWORD not in str(caught.value)
    assert "********" in str(caught.value)


async def test_an_answer_without_end(tmp_path: Path, rig: DeliveryRig) -> None:
    def talk(self: object, line: str) -> None:
        for _ in range(2000):
            self.push("220-And another thing.\r\n")  # type: ignore[attr-defined]

    with FtpServer(tmp_path / "far", ftp_USER=talk) as server:
        await aim(rig, server)
        with pytest.raises(RequestFailed, match="answer is too long"):
            await rig.delivery.test("ftp")


@pytest.mark.parametrize("passive", ["yes", "no"])
async def test_tls(tmp_path: Path, rig: DeliveryRig, trusted: Path, passive: str) -> None:
    with FtpServer(tmp_path / "far", str(trusted)) as server:
        await aim(rig, server, TLS="yes", Passive=passive, Path="a")
        await rig.put("ftp", "one.avi", CLIP)
        await rig.put("ftp", "two.avi", b"")
        await rig.until(done=2)
        assert server.files() == {"a/one.avi": CLIP, "a/two.avi": b""}


async def test_an_untrusted_certificate_is_refused(tmp_path: Path, rig: DeliveryRig, certificate: Path) -> None:
    with FtpServer(tmp_path / "far", str(certificate)) as server:
        await aim(rig, server, TLS="yes")
        with pytest.raises(RequestFailed, match=r"certificate of 127\.0\.0\.1 cannot be trusted: self-signed"):
            await rig.delivery.test("ftp")
        assert not any(line.startswith("USER") for line in server.commands)
        await rig.set("FTP", Certificate="any")
        await rig.delivery.test("ftp")


async def test_a_server_that_requires_tls(tmp_path: Path, rig: DeliveryRig, certificate: Path) -> None:
    with FtpServer(tmp_path / "far", str(certificate)) as server:
        await aim(rig, server)
        with pytest.raises(RequestFailed, match="550 SSL/TLS required"):
            await rig.delivery.test("ftp")


async def test_a_server_cannot_redirect_data_to_the_cameras_own_port(tmp_path: Path) -> None:
    own = free_port()
    with FtpServer(tmp_path / "far", passive_ports=[own]) as server:
        async with staged(tmp_path / "near", own_ports=(own,)) as rig:
            await aim(rig, server)
            await rig.put("ftp", "one.avi", CLIP)
            await rig.until(failed=1)
            assert "127.0.0.1: the camera may not call that" in rig.notes.failed[0]
    assert server.files() == {}
