"""Talk by POST, the description of talk by UDP, and the download of played talk."""

import pytest
from tests.cgi.audio_rig import AudioRig, samples
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.audio import speaker
from ipcamd.cgi.audio.talk import ENDPOINT
from ipcamd.cgi.endpoint import Body, Reply
from ipcamd.errors import RequestFailed
from ipcamd.media.audio.speaker import AHEAD_S
from ipcamd.media.audio.talk_turn import HOLD_S
from ipcamd.params.group import Rank
from ipcamd.wire import ulaw

SPEECH = bytes(range(256)) * 100


@pytest.fixture
def camera(rig: CameraRig) -> AudioRig:
    return AudioRig(rig)


def test_talk_is_for_users_and_a_body_without_an_end() -> None:
    assert (ENDPOINT.rank, ENDPOINT.body) == (Rank.USERS, Body.STREAM)
    assert speaker.ENDPOINT.rank is Rank.ADMIN


@pytest.mark.parametrize(
    "content_type",
    ["audio/basic", "Audio/Basic", "audio/basic; rate=8000", "", "application/octet-stream", "audio/pcmu"],
)
@pytest.mark.parametrize("size", [1, 160, 100_000])
async def test_u_law_is_played_at_the_pace_of_speech(camera: AudioRig, content_type: str, size: int) -> None:
    pieces = [SPEECH[at : at + size] for at in range(0, len(SPEECH), size)]
    reply = await camera.ask(ENDPOINT, "", pieces, content_type)
    assert isinstance(reply, Reply)
    assert reply.body == b"OK\r\n"
    assert camera.heard() == ulaw.decode(SPEECH)
    assert camera.now == pytest.approx(len(SPEECH) / 8000 - AHEAD_S)
    assert camera.speaker
    assert camera.speaker.talker is None


async def test_pieces_of_one_session_are_one_talk(camera: AudioRig) -> None:
    for piece in (SPEECH[:1600], SPEECH[1600:3200]):
        assert await camera.text(ENDPOINT, "session=a-1", [piece]) == "OK\r\n"
        with pytest.raises(RequestFailed, match="another user is talking"):
            await camera.ask(ENDPOINT, "session=b", [SPEECH])
        with pytest.raises(RequestFailed, match="another user is talking"):
            await camera.ask(ENDPOINT, "", [SPEECH])
    assert camera.heard() == ulaw.decode(SPEECH[:3200])
    camera.now += HOLD_S
    assert await camera.text(ENDPOINT, "session=b&last=yes", [SPEECH[:160]]) == "OK\r\n"
    assert await camera.text(ENDPOINT, "session=c", []) == "OK\r\n"


@pytest.mark.parametrize("session", ["a%20b", "x" * 65, "%3Cb%3E"])
async def test_a_bad_session_is_refused(camera: AudioRig, session: str) -> None:
    with pytest.raises(RequestFailed, match="up to 64 letters, digits and hyphens"):
        await camera.ask(ENDPOINT, f"session={session}", [SPEECH])
    assert camera.heard() == b""


@pytest.mark.parametrize("content_type", ["audio/mpeg", "audio/basic;rate=16000", "multipart/mixed", "text/plain"])
async def test_other_formats_are_refused_with_what_is_allowed(camera: AudioRig, content_type: str) -> None:
    with pytest.raises(RequestFailed, match="audio/basic"):
        await camera.ask(ENDPOINT, "", [SPEECH], content_type)
    assert camera.heard() == b""


async def test_a_get_describes_how_to_talk(camera: AudioRig) -> None:
    assert await camera.text(ENDPOINT) == (
        "udp=on\r\nhost=127.0.0.1\r\nport=5432\r\n"
        "packet=RTP version 2, payload type 0 (PCMU, 8000 Hz, mono), 1 to 2048 bytes of u-law\r\n"
        "post=audio/basic\r\n"
    )
    camera.port = None
    assert (await camera.text(ENDPOINT)).startswith("udp=off\r\npacket=")


async def test_refused_with_the_reason_while_it_is_disabled_or_another_client_talks(camera: AudioRig) -> None:
    assert camera.speaker
    camera.speaker.claim("anna")
    with pytest.raises(RequestFailed, match="another user"):
        await camera.ask(ENDPOINT, "", [SPEECH])
    camera.speaker.release("anna")
    await camera.enable("SpeakerEnabled", "no")
    for body in (None, [SPEECH]):
        with pytest.raises(RequestFailed, match="SpeakerEnabled=no"):
            await camera.ask(ENDPOINT, "", body)
    camera.speaker = None
    for body in (None, [SPEECH]):
        with pytest.raises(RequestFailed, match="no speaker"):
            await camera.ask(ENDPOINT, "", body)


async def test_played_talk_is_downloaded_as_wav(camera: AudioRig) -> None:
    await camera.ask(ENDPOINT, "", [SPEECH])
    reply = await camera.ask(speaker.ENDPOINT, rank=Rank.ADMIN)
    assert isinstance(reply, Reply)
    assert reply.content_type == "audio/wav"
    assert samples(reply.body) == ulaw.decode(SPEECH)
    camera.speaker = None
    with pytest.raises(RequestFailed, match="no speaker"):
        await camera.ask(speaker.ENDPOINT)
