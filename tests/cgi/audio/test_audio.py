"""SDK 5.2: the sound of the microphone, and talk of old clients."""

import pytest
from tests.cgi.audio_rig import AudioRig
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.audio.audio import ENDPOINT
from ipcamd.cgi.endpoint import Framing, Join, Reply
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.params.group import Rank
from ipcamd.wire.http.query import Query

PCM = bytes(range(256)) * 40
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def camera(rig: CameraRig) -> AudioRig:
    camera = AudioRig(rig)
    await camera.enable("MicEnabled", "yes")
    return camera


@pytest.mark.parametrize("query", ["type=uLaw", "TYPE=ULAW", "", "type=", "type=uLaw&dummy=1"])
async def test_listeners_join_the_sound_alone(camera: AudioRig, query: str) -> None:
    join = await camera.ask(ENDPOINT, query, rank=Rank.GUEST)
    assert isinstance(join, Join)
    assert join == Join((camera.pipeline.sound,), Framing.SDK, "multipart/mixed;boundary=myboundary", sound=True)  # type: ignore[arg-type]


async def test_without_payload_headers_it_is_bare_u_law(camera: AudioRig) -> None:
    join = await camera.ask(ENDPOINT, "type=uLaw&header=no")
    assert join == Join((camera.pipeline.sound,), Framing.RAW, "audio/basic", sound=True)  # type: ignore[arg-type]
    with pytest.raises(RequestFailed, match="yes, no"):
        await camera.ask(ENDPOINT, "header=perhaps")


@pytest.mark.parametrize("body", [b"type=uLaw", b"type=ulaw\r\n", b""])
async def test_a_form_is_equivalent_to_a_query(camera: AudioRig, body: bytes) -> None:
    assert isinstance(await camera.ask(ENDPOINT, "", [body], FORM), Join)


async def test_a_form_has_its_limits(camera: AudioRig) -> None:
    with pytest.raises(HttpError) as caught:
        await camera.ask(ENDPOINT, "", [b"type=uLaw&"] * 200, FORM)
    assert caught.value.status == 413


@pytest.mark.parametrize(("microphone", "enabled"), [(True, "no"), (False, "yes")])
async def test_without_sound_the_sdks_503(rig: CameraRig, microphone: bool, enabled: str) -> None:
    camera = AudioRig(rig, microphone)
    await camera.enable("MicEnabled", enabled)
    reply = await camera.ask(ENDPOINT, "type=uLaw")
    assert isinstance(reply, Reply)
    assert (reply.status, reply.reason, reply.body) == (503, "Service Not Available", b"")


@pytest.mark.parametrize("query", ["type=AMR", "type=PCM"])
async def test_other_types_are_refused(camera: AudioRig, query: str) -> None:
    with pytest.raises(RequestFailed, match="uLaw"):
        await camera.ask(ENDPOINT, query)
    with pytest.raises(RequestFailed, match="uLaw"):
        await camera.ask(ENDPOINT, "", [query.encode()], FORM)


BODIES = {
    "multipart, without lengths": b"--myboundary\r\nContent-Type: audio/L16\r\n\r\n" + PCM,
    "multipart, with lengths": b"".join(
        b"--b\r\nContent-Length: 1024\r\n\r\n" + PCM[at : at + 1024] for at in range(0, len(PCM), 1024)
    ),
    "bare": PCM,
}


@pytest.mark.parametrize("size", [1, 1023, 100_000])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_old_clients_talk_in_pcm(camera: AudioRig, body: bytes, size: int) -> None:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    reply = await camera.ask(ENDPOINT, "type=PCM", pieces, "multipart/mixed")
    assert isinstance(reply, Reply)
    assert reply.body == b"OK\r\n"
    assert camera.heard() == PCM


async def test_guests_listen_but_may_not_talk(camera: AudioRig) -> None:
    with pytest.raises(HttpError) as caught:
        await camera.ask(ENDPOINT, "type=PCM", [PCM], rank=Rank.GUEST)
    assert caught.value.status == 403
    assert camera.heard() == b""


async def test_talk_is_refused_without_a_free_and_enabled_speaker(camera: AudioRig) -> None:
    assert camera.speaker
    camera.speaker.claim("anna")
    answers = [await camera.ask(ENDPOINT, "type=PCM", [PCM])]
    camera.speaker.release("anna")
    await camera.enable("SpeakerEnabled", "no")
    answers.append(await camera.ask(ENDPOINT, "type=PCM", [PCM]))
    assert camera.heard() == b""
    camera.speaker = None
    answers.append(await camera.ask(ENDPOINT, "type=PCM", [PCM]))
    assert {(answer.status, answer.reason) for answer in answers if isinstance(answer, Reply)} == {
        (503, "Service Not Available")
    }


def test_another_site_may_make_a_browser_listen_but_not_talk() -> None:
    assert not ENDPOINT.changes(Query.parse("type=uLaw"))
    assert not ENDPOINT.changes(Query.parse(""))
    assert ENDPOINT.changes(Query.parse("type=pcm"))
