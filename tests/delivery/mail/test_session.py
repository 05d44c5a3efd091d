"""Delivery to a real mail server with the usual behaviour."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import pytest
from aiosmtpd.smtp import SMTP
from tests.delivery.delivery_rig import MOMENT, SECOND, DeliveryRig
from tests.delivery.mail.mail_server import PASSWORD, aim, authenticator, log_in, serving, tls

from ipcamd.errors import RequestFailed

CLIP = bytes(range(256)) * 8000
PICTURE = b"\xff\xd8 not really a picture \xff\xd9"


async def test_the_mail(rig: DeliveryRig) -> None:
    async with serving() as server:
        await aim(rig, server)
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        await rig.until(done=1)
    (envelope,), (mail,) = server.envelopes, server.mails
    assert envelope.mail_from == "camera@home.example"
    assert envelope.rcpt_tos == ["anna@home.example", "paul@work.example"]
    assert mail["To"] == "anna@home.example, paul@work.example"
    assert mail["Subject"] == "Front door: motion 1, 2026-05-28 20:26:40"
    assert mail["Date"].datetime == datetime.fromtimestamp(MOMENT / SECOND, UTC)
    assert mail["Message-ID"].endswith("@home.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body().get_content()
    for line in ("Camera: Front door", "Event: motion 1", "Time: 2026-05-28 20:26:40 UTC", "Schedule: night watch"):
        assert line in text.splitlines()
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "one.jpg"
    assert attached.get_content_type() == "image/jpeg"
    assert attached.get_content() == PICTURE
    assert server.hostnames == ["[127.0.0.1]"]


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 57 * 1024, 57 * 1024 + 1, len(CLIP)])
async def test_an_attachment_of_any_size_is_whole(rig: DeliveryRig, size: int) -> None:
    async with serving() as server:
        await aim(rig, server)
        await rig.put("email", "one.avi", CLIP[:size])
        await rig.until(done=1)
    (attached,) = server.mails[0].iter_attachments()
    assert attached.get_content() == CLIP[:size]


async def test_names_in_any_script(rig: DeliveryRig) -> None:
    rig.delivery._workers["email"].uploader._name = lambda: "T\u00fcr \u95e8 " * 20  # type: ignore[attr-defined]
    async with serving() as server:
        await aim(rig, server)
        await rig.put("email", "\u95e8.jpg", PICTURE, "image/jpeg")
        await rig.until(done=1)
    assert server.mails[0]["Subject"].startswith("T\u00fcr \u95e8 T\u00fcr")
    assert next(iter(server.mails[0].iter_attachments())).get_filename() == "\u95e8.jpg"
    assert isinstance(server.envelopes[0].content, bytes)
    assert server.envelopes[0].content.isascii()


async def test_one_recipient(rig: DeliveryRig) -> None:
    async with serving() as server:
        await aim(rig, server, EmailTo="")
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        await aim(rig, server, EmailTo="paul@work.example")
        await rig.put("email", "two.jpg", PICTURE, "image/jpeg")
        await rig.until(done=2)
    assert [envelope.rcpt_tos for envelope in server.envelopes] == [["paul@work.example"]] * 2


async def test_all_pictures_of_an_event_are_in_one_mail(rig: DeliveryRig) -> None:
    pictures = {"one": PICTURE, "two": PICTURE * 3000, "three": b"."}
    async with serving() as server:
        await aim(rig, server)
        await rig.put_pictures("email", **pictures)
        await rig.put("email", "clip.avi", CLIP)
        await rig.until(done=2)
    album, _ = server.mails
    attached = {part.get_filename(): part.get_content() for part in album.iter_attachments()}
    assert attached == {f"{name}.jpg": content for name, content in pictures.items()}
    text = album.get_body().get_content().splitlines()
    assert [line for line in text if line.startswith("Attached")] == [f"Attached: {name}.jpg" for name in pictures]


@pytest.mark.parametrize(
    ("limit", "names", "words"),
    [
        (1_500_000, ["one.jpg", "two.jpg"], "three.jpg (0.9 MB) is too large for a mail and is not attached"),
        (850_000, ["one.jpg"], "two.jpg and 1 more (1.1 MB) are too large for a mail and are not attached"),
        (200_000, [], "one.jpg and 2 more (1.6 MB) are too large for a mail and are not attached"),
    ],
)
async def test_as_many_pictures_as_a_mail_may_hold(rig: DeliveryRig, limit: int, names: list[str], words: str) -> None:
    async with serving(data_size_limit=limit) as server:
        await aim(rig, server, AttachSize=1)
        await rig.put_pictures("email", one=bytes(500_000), two=bytes(200_000), three=bytes(900_000))
        await rig.until(done=1)
    (mail,) = server.mails
    assert [part.get_filename() for part in mail.iter_attachments()] == names
    assert words in rig.notes.done[0]
    assert words in " ".join(mail.get_body().get_content().split())


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
async def test_login(rig: DeliveryRig, way: str) -> None:
    others = [other for other in ("PLAIN", "LOGIN") if other != way]
    options = {"authenticator": authenticator, "auth_require_tls": False, "auth_required": True}
    async with serving(auth_exclude_mechanism=others, **options) as server:
        await aim(rig, server)
        await log_in(rig)
        await rig.put("email", "one.jpg", PICTURE, "image/jpeg")
        await rig.until(done=1)
    assert len(server.envelopes) == 1


class CramSmtp(SMTP):
    """Offers CRAM-MD5, and then the clear password; takes the example of RFC 2195."""

    @staticmethod
    async def auth_CRAM__MD5(server: SMTP, args: list[str]) -> object:
        challenge = b"<1896.697170952@postoffice.reston.mci.net>"
        said = await server.challenge_auth(challenge)
        assert said == b"tim b913a602c7eda7a495b4e6e7334d3890"
        return authenticator(server, server.session, server.envelope, "", None).__class__(success=True)


async def test_without_tls_a_way_that_sends_no_password_comes_first(rig: DeliveryRig) -> None:
    async with serving(CramSmtp, auth_require_tls=False, auth_required=True) as server:
        await aim(rig, server)
        await rig.set("Authentication", Enabled="yes", UserName="tim", Password="tanstaaftanstaaf")
        await rig.delivery.test("email")
    assert len(server.envelopes) == 1


@pytest.mark.parametrize("ssl", ["yes", "no"])
async def test_tls(rig: DeliveryRig, trusted: Path, ssl: str) -> None:
    starttls = {"tls_context": tls(trusted), "require_starttls": True}
    # aiosmtpd does not recognize TLS that starts with the first byte
    options = {"wrap": tls(trusted), "auth_require_tls": False} if ssl == "yes" else starttls
    async with serving(authenticator=authenticator, auth_required=True, **options) as server:
        await aim(rig, server, SSL=ssl)
        await log_in(rig)
        await rig.delivery.test("email")
    assert server.secure == [True]


@pytest.mark.parametrize("ssl", ["yes", "no"])
async def test_an_untrusted_certificate_is_refused(rig: DeliveryRig, certificate: Path, ssl: str) -> None:
    options = {"wrap": tls(certificate)} if ssl == "yes" else {"tls_context": tls(certificate)}
    async with serving(**options) as server:
        await aim(rig, server, SSL=ssl)
        with pytest.raises(RequestFailed, match=r"certificate of 127\.0\.0\.1 cannot be trusted: self-signed"):
            await rig.delivery.test("email")
        assert server.envelopes == []
        await aim(rig, server, SSL=ssl, Certificate="any")
        await rig.delivery.test("email")
        assert server.secure == [True]


async def test_a_port_without_tls(rig: DeliveryRig) -> None:
    async with serving() as server:
        await aim(rig, server, SSL="yes")
        with pytest.raises(RequestFailed, match=r"cannot agree with the camera on TLS.*is this the TLS port"):
            await rig.delivery.test("email")


@pytest.mark.parametrize(("password", "options", "words"), [
    ("wrong", {"authenticator": authenticator, "auth_require_tls": False}, r"user name or password is wrong \(535 "),
    (PASSWORD, {"auth_exclude_mechanism": ["PLAIN", "LOGIN"], "auth_require_tls": False}, "offers none of CRAM"),
    (PASSWORD, {}, "offers none of"),
])  # fmt: skip
async def test_a_login_that_fails(rig: DeliveryRig, password: str, options: dict[str, object], words: str) -> None:
    async with serving(**options) as server:
        await aim(rig, server)
        await log_in(rig, password)
        with pytest.raises(RequestFailed, match=words):
            await rig.delivery.test("email")


async def test_a_login_that_is_wanted(rig: DeliveryRig) -> None:
    async with serving(authenticator=authenticator, auth_required=True, auth_require_tls=False) as server:
        await aim(rig, server)
        with pytest.raises(RequestFailed, match="requires a login"):
            await rig.delivery.test("email")


@pytest.mark.parametrize("missing", ["MailServer1", "FromEmail"])
async def test_missing_settings_are_reported(rig: DeliveryRig, missing: str) -> None:
    async with serving() as server:
        await aim(rig, server, **{missing: ""})
        with pytest.raises(RequestFailed, match=f"Event.Server.SMTP.{missing} is not set"):
            await rig.delivery.test("email")
        await aim(rig, server, EmailTo="", EmailTo2="")
        with pytest.raises(RequestFailed, match=r"neither Event\.Server\.SMTP\.EmailTo nor EmailTo2 is set"):
            await rig.delivery.test("email")


def real_clip(path: Path) -> bytes:
    """Return a real clip of a second."""
    with av.open(str(path), "w", format="avi") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(5), options={"g": "5"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(5):
            frame = av.VideoFrame(160, 120, "yuv420p")
            for plane, value in zip(frame.planes, (200, 128, 128), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path.read_bytes()


@pytest.mark.parametrize("why", ["setting", "server", "refusal"])
async def test_a_clip_that_is_too_large_comes_as_a_picture(tmp_path: Path, rig: DeliveryRig, why: str) -> None:
    padding = b"JUNK" + (70_000).to_bytes(4, "little") + bytes(70_000)
    options = {"data_size_limit": 60_000 if why == "server" else None}
    async with serving(**options) as server:
        server.answers["DATA"] = ["552 Too much"] * (why == "refusal")
        await aim(rig, server, AttachSize=0 if why == "setting" else 10)
        await rig.put("email", "one.avi", real_clip(tmp_path / "clip") + padding)
        await rig.until(done=1)
    (attached,) = server.mails[0].iter_attachments()
    assert attached.get_filename() == "one.jpg"
    assert attached.get_content()[:2] == b"\xff\xd8"
    assert "one.avi (0.1 MB) is too large" in server.mails[0].get_body().get_content()
    assert "one.avi (0.1 MB) is too large" in rig.notes.done[0]


async def test_an_unreadable_clip_is_replaced_by_text(rig: DeliveryRig) -> None:
    async with serving() as server:
        await aim(rig, server, AttachSize=0)
        await rig.put("email", ".one.avi", CLIP)  # a dot that begins a line must not get lost
        await rig.until(done=1)
    assert list(server.mails[0].iter_attachments()) == []
    lines = server.mails[0].get_content().splitlines()
    assert ".one.avi (2.0 MB) is too large for a mail and is not attached." in lines
