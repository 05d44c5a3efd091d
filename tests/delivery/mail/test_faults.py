"""Mail servers that refuse, stall, are full, disappear, return, and send invalid answers."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from tests.delivery.delivery_rig import PATIENCE, STALL, DeliveryRig, staged
from tests.delivery.mail.mail_server import MailServer, aim, authenticator, log_in, serving, tls
from tests.delivery.throttled_proxy import throttled
from tests.e2e.camera import eventually

from ipcamd.errors import RequestFailed

CLIP = bytes(range(256)) * 8000
PICTURE = b"\xff\xd8 not really a picture \xff\xd9"


async def test_a_wrong_password_is_reported_and_a_corrected_one_tried_at_once(rig: DeliveryRig) -> None:
    async with serving(authenticator=authenticator, auth_required=True, auth_require_tls=False) as server:
        await aim(rig, server)
        await log_in(rig, "wrong")
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        await rig.until(failed=1)
        assert "user name or password is wrong (535 " in rig.notes.failed[0]
        assert server.envelopes == []
        await log_in(rig)
        await rig.until(done=1)
    assert len(rig.pauses) == len(server.envelopes) == 1


async def test_refused_for_good_by_one_the_other_gets_it(rig: DeliveryRig) -> None:
    async with serving() as server:
        server.answers["paul@work.example"] = ["550 Who?"] * 9
        await aim(rig, server)
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        await rig.until(done=1)
    assert server.envelopes[0].rcpt_tos == ["anna@home.example"]
    assert "paul@work.example is refused: 550 Who?" in rig.notes.done[0]


async def test_refused_for_the_moment_both_get_it_a_little_later(rig: DeliveryRig) -> None:
    async with serving() as server:
        server.answers["paul@work.example"] = ["450 Come back"] * 2
        await aim(rig, server)
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        for failed in (1, 2):
            await rig.until(failed=failed)
            await rig.wake()
        await rig.until(done=1)
    assert server.envelopes[0].rcpt_tos == ["anna@home.example", "paul@work.example"]
    assert len(server.envelopes) == 1
    assert "for the moment (paul@work.example: 450 Come back)" in rig.notes.failed[0]


async def test_refused_for_the_moment_for_ever_the_other_gets_it(rig: DeliveryRig) -> None:
    async with serving() as server:
        server.answers["paul@work.example"] = ["450 Come back"] * 9
        await aim(rig, server)
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        for failed in (1, 2, 3):
            await rig.until(failed=failed)
            await rig.wake()
        await rig.until(done=1)
    assert server.envelopes[0].rcpt_tos == ["anna@home.example"]


async def test_refused_by_everybody(rig: DeliveryRig) -> None:
    async with serving() as server:
        server.answers = {"anna@home.example": ["550 No Anna"], "paul@work.example": ["550 No Paul"]}
        await aim(rig, server)
        with pytest.raises(RequestFailed, match=r"refuses the recipient anna@home.example \(550 No Anna\)"):
            await rig.delivery.test("email")


@pytest.mark.slow
@pytest.mark.parametrize(("cuts", "words"), [
    (True, "127.0.0.1 closed the connection"), (False, "does not answer: no progress for 0.05 s"),
])  # fmt: skip
async def test_interrupted_mails_are_sent_again(tmp_path: Path, cuts: bool, words: str) -> None:
    async with serving() as server, staged(tmp_path) as rig, throttled(server.port) as proxy:
        proxy.limit, proxy.cuts = 1_500_000, cuts
        await aim(rig, server, Smtpport=proxy.port)
        await rig.put("email", "one.avi", CLIP * 4)  # more than the network itself takes while nobody reads
        await rig.put("email", "two.jpg", PICTURE, "image/jpeg")
        async with asyncio.timeout(PATIENCE):
            await proxy.reached.wait()
        if not cuts:
            await rig.stall()
        await rig.until(failed=1)
        assert rig.notes.failed[0].startswith("one.avi: ")
        assert words in rig.notes.failed[0]
        assert server.envelopes == []
        await rig.wake()
        await rig.until(done=2)
    (clip,), (picture,) = (mail.iter_attachments() for mail in server.mails)
    assert (clip.get_content(), picture.get_content()) == (CLIP * 4, PICTURE)


@pytest.mark.slow
async def test_a_server_may_check_a_mail_slowly(tmp_path: Path) -> None:
    async with serving() as server, staged(tmp_path) as rig:
        server.inspect = lambda: rig.pass_time(5 * STALL)
        await aim(rig, server)
        await rig.put("email", "one.avi", CLIP)
        await rig.until(done=1)
    assert rig.notes.failed == []


async def test_a_full_server_gets_the_mail_when_it_has_space_again(rig: DeliveryRig) -> None:
    async with serving() as server:
        server.answers["DATA"] = ["452 4.3.1 Insufficient system storage"]
        await aim(rig, server)
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        await rig.until(failed=1)
        assert "the mail server has no room (452 4.3.1 Insufficient system storage)" in rig.notes.failed[0]
        await rig.wake()
        await rig.until(done=1)
    (attached,) = server.mails[0].iter_attachments()
    assert attached.get_content() == PICTURE


async def test_the_server_comes_back(rig: DeliveryRig) -> None:
    async with serving() as gone:
        await aim(rig, gone)
    await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
    await rig.until(failed=1)
    assert f"nothing answers at 127.0.0.1:{gone.port}" in rig.notes.failed[0]
    async with serving(port=gone.port) as server:
        await rig.wake()
        await rig.until(done=1)
    assert len(server.envelopes) == 1


async def test_a_mail_that_is_sent_twice_keeps_its_message_id(rig: DeliveryRig) -> None:
    class ForgetfulSmtp(SMTP):
        """Accepts the first mail, and disconnects before the answer."""

        async def smtp_DATA(self, arg: str) -> None:
            lost = not server.envelopes
            await super().smtp_DATA(arg)
            if lost:
                self.transport.abort()

        async def push(self, status: str | bytes) -> None:
            if str(status) != "250 Taken" or len(server.envelopes) > 1:
                await super().push(status)

    async with serving(ForgetfulSmtp) as server:
        await aim(rig, server)
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        await rig.until(failed=1)
        await rig.wake()
        await rig.until(done=1)
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert server.envelopes[0].content == server.envelopes[1].content


async def test_a_server_that_takes_nothing_at_all(rig: DeliveryRig) -> None:
    async with serving(data_size_limit=10) as server:
        await aim(rig, server)
        with pytest.raises(RequestFailed, match="rejects even a mail without attachment"):
            await rig.delivery.test("email")


@pytest.mark.parametrize(("greeting", "words"), [
    (b"554 Go away\r\n", r"refuses the mail \(554 Go away\)"), (b"", "closed the connection"),
    (b"220-\r\n" * 6000, r"the mail server refuses \(-1 Response too long\)"),
    (b"2" * 9000, "closed the connection"), (b"\xff\xfe\r\n", "the mail server refuses"),
])  # fmt: skip
async def test_a_strange_greeting(rig: DeliveryRig, greeting: bytes, words: str) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    listener = await asyncio.start_server(greet, "127.0.0.1", 0)
    server = MailServer()
    server.port = listener.sockets[0].getsockname()[1]
    await aim(rig, server)
    with pytest.raises(RequestFailed, match=words):
        await rig.delivery.test("email")
    listener.close()


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
async def test_no_password_in_messages_that_the_server_echoes(rig: DeliveryRig, way: str) -> None:
    heard: list[str] = []

    class EchoSmtp(SMTP):
        async def smtp_AUTH(self, arg: str) -> None:
            heard.append(arg.split()[-1])
            await self.push(f"535 What is {heard[-1]} or open-sesame?")

    others = [other for other in ("PLAIN", "LOGIN") if other != way]
    options = {"authenticator": authenticator, "auth_require_tls": False}
    async with serving(EchoSmtp, auth_exclude_mechanism=others, **options) as server:
        await aim(rig, server)
        await log_in(rig, "open-sesame")
        with pytest.raises(RequestFailed) as caught:
            await rig.delivery.test("email")
    assert "open-sesame" not in str(caught.value)
    assert (heard[0] in str(caught.value)) == (way == "LOGIN")  # there it is the name alone


async def test_an_old_server_without_ehlo(rig: DeliveryRig) -> None:
    class OldSmtp(SMTP):
        async def smtp_EHLO(self, hostname: str) -> None:
            await self.push("500 What?")

    async with serving(OldSmtp) as server:
        await aim(rig, server)
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        await rig.until(done=1)
    assert len(server.envelopes) == 1


@pytest.mark.slow
async def test_no_descriptor_is_left_open(rig: DeliveryRig, certificate: Path) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async with serving(tls_context=tls(certificate)) as server:
        await aim(rig, server, Certificate="any")
        await rig.delivery.test("email")
        before = count()
        for number in range(6):
            await aim(rig, server, Certificate=["any", "verify"][number % 2])
            with suppress(RequestFailed):
                await rig.delivery.test("email")
        await asyncio.to_thread(eventually, lambda: count() <= before)


async def test_a_mail_that_is_refused_for_its_content_does_not_block_the_others(rig: DeliveryRig) -> None:
    def contents() -> list[bytes]:
        return [bytes(envelope.content) for envelope in server.envelopes]  # type: ignore[arg-type]

    class StrictSmtp(SMTP):
        async def push(self, status: str | bytes) -> None:
            bad = status == "250 Taken" and b"bad.jpg" in contents()[-1]
            await super().push("554 5.7.1 Message content rejected" if bad else status)

    async with serving(StrictSmtp) as server:
        await aim(rig, server, MailServer1="")
        for name in ("bad.jpg", "one.jpg", "two.jpg"):
            await rig.put("email", name, PICTURE, "image/jpeg")
        rig.restless = True
        await aim(rig, server)
        await rig.until(done=2, failed=5)  # one while no server was set
    assert [done.split()[0] for done in rig.notes.done] == ["one.jpg", "two.jpg"]
    assert rig.notes.failed[-1] == (
        "bad.jpg: dropped, since the target accepts other files but not this one: "
        "the mail server refuses the mail (554 5.7.1 Message content rejected)"
    )
