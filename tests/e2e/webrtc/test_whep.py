"""WHEP and the sessions that it opens, with a minimal client."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count, pairwise

import pytest
from tests.e2e.camera import Answer, CameraProcess, Client
from tests.e2e.webrtc.light_viewer import AUDIO, PATIENCE_S, VIDEO, IceAddress, LightViewer, make_offer
from tests.e2e.webrtc.resource_counts import ResourceCounts
from tests.e2e.webrtc.webrtc_viewers import PROMPT, WebRtcViewers
from tests.wire.rtp.nack import make_nack

from ipcamd.server.rebindable_port import free_port
from ipcamd.wire import ulaw
from ipcamd.wire.rtp import feedback, rtp
from ipcamd.wire.rtp.rtp import RtpSequencer

pytestmark = pytest.mark.slow

TALK = "/cgi/audio/talk.cgi"
LOUD = ulaw.decode(b"\x20" * 800)
"""Samples of a tenth of a second."""
SDP = {"Content_Type": "application/sdp"}


def post(camera: CameraProcess, body: bytes | None = None, path: str = "/whep", **fields: str) -> Answer:
    return camera.client.ask("POST", path, body or make_offer(), **(SDP | fields))


async def until(is_so: Callable[[], bool], complaint: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(complaint)


@asynccontextmanager
async def viewer(
    camera: CameraProcess, tcp: bool = False, on_rtp: Callable[[bytes], None] | None = None, source: str = ""
) -> AsyncIterator[LightViewer]:
    answer = await asyncio.to_thread(post, camera)
    assert answer.status == 201, answer.text
    path = f"/{answer.fields['Location']}"
    watching = LightViewer(IceAddress.read(answer.text), tcp, path, source, on_rtp=on_rtp)
    await watching.connect()
    yield watching
    watching.end_dtls()
    watching.close()


def clients(camera: CameraProcess) -> list[dict[str, object]]:
    with camera.client.open("/web/clients") as events:
        while not (line := events.readline()).startswith(b"data:"):
            pass
    listed = json.loads(line.removeprefix(b"data:"))["clients"]
    return [client for client in listed if str(client["protocol"]).startswith("webrtc")]


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
async def test_pictures_and_sound_come_and_the_client_is_listed(camera: CameraProcess, tcp: bool) -> None:
    async with viewer(camera, tcp=tcp) as watching:
        await until(lambda: watching.pictures > 10 and watching.packets[AUDIO] > 10, "nothing comes")
        (client,) = await asyncio.to_thread(clients, camera)
        assert client["protocol"] == f"webrtc/{'tcp' if tcp else 'udp'}"
        assert client["streams"] == ["h264", "audio"]
        assert (await asyncio.to_thread(camera.client.ask, "DELETE", watching.path)).status == 200
        await until(lambda: watching.is_closed, "the session goes on")
    assert await asyncio.to_thread(clients, camera) == []


async def test_the_first_picture_is_the_newest_key_frame(camera: CameraProcess) -> None:
    firsts: list[bool] = []

    def note(data: bytes) -> None:
        if data[1] & 127 == VIDEO:
            firsts.append(begins_key_frame(data))

    async with viewer(camera) as first:
        await until(lambda: first.pictures > 3, "nothing comes")
        async with viewer(camera, on_rtp=note):
            await until(lambda: bool(firsts), "nothing comes")
    assert firsts[0], "not the parameter sets before a key frame"


async def test_a_lost_packet_comes_again(camera: CameraProcess) -> None:
    async with viewer(camera) as watching:
        heard: list[rtp.RtpPacket] = []
        watching.on_rtp = lambda data: heard.append(rtp.parse(data)) if data[1] & 127 == VIDEO else None
        await until(lambda: bool(heard), "nothing comes")
        watching.losing = 1
        await until(lambda: bool(watching.lost), "no more comes")
        lost = rtp.parse(watching.lost[0]).sequence
        send_feedback(watching, make_nack(1, heard[0].ssrc, lost))
        await until(lambda: any(packet.sequence == lost for packet in heard), "it does not come again")


async def test_one_key_frame_a_second_serves_everybody(camera: CameraProcess) -> None:
    async with viewer(camera) as watching:
        keys: list[rtp.RtpPacket] = []
        watching.on_rtp = lambda data: keys.append(rtp.parse(data)) if begins_key_frame(data) else None
        await until(lambda: bool(keys), "nothing comes")
        asked = 0
        while len(keys) < 4:
            send_feedback(watching, feedback.make_picture_loss(1, keys[0].ssrc))
            asked += 1
            await asyncio.sleep(0.02)
        steps = [later.timestamp - earlier.timestamp for earlier, later in pairwise(keys)]
        assert asked > len(keys)
        assert min(steps) > 0.9 * 90000, "more than one a second"


def begins_key_frame(data: bytes) -> bool:
    return data[1] & 127 == VIDEO and rtp.parse(data).payload[0] & 31 in (7, 24)


def send_feedback(watching: LightViewer, packet: bytes) -> None:
    assert watching.srtp
    watching.send(watching.srtp.protect_rtcp(bytes.fromhex("80c9000100000001") + packet))


@pytest.mark.parametrize(
    ("path", "body", "fields", "status", "reason"),
    [
        ("/whep", b"v=0", {"Content_Type": "text/plain"}, 415, "application/sdp"),
        ("/whep", b"hello", SDP, 400, "not a session description"),
        ("/whep", make_offer().replace(b"H264", b"VP8"), SDP, 400, "receives H264/90000"),
        ("/whep", make_offer().replace(b"a=setup:actpass", b"a=setup:passive"), SDP, 400, "a=setup:passive"),
        ("/whep/theora", make_offer(), SDP, 404, "no such stream"),
        ("/whep", bytes(65 * 1024), SDP, 413, "65536"),
    ],
)
def test_a_wrong_offer_is_refused_with_the_reason(
    camera: CameraProcess, path: str, body: bytes, fields: dict[str, str], status: int, reason: str
) -> None:
    answer = camera.client.ask("POST", path, body, **fields)
    assert (answer.status, reason in answer.text) == (status, True), answer.text


def test_a_session_answers_only_its_own_account(camera: CameraProcess) -> None:
    accounts = "/cgi/admin/pwdgrp.cgi"
    assert camera.client.get(accounts, action="add", user="eve", pwd="secret words", grp="guest").text == "OK\r\n"
    path = f"/{post(camera).fields['Location']}"
    eve = Client(camera.port, "eve", "secret words")
    assert eve.ask("DELETE", path).status == 403
    assert camera.client.anonymous().ask("DELETE", path).status == 401
    assert camera.client.get(path).status == 204
    assert camera.client.ask("PATCH", path, b"a=candidate:1", Content_Type="text/plain").status == 415
    trickle = {"Content_Type": "application/trickle-ice-sdpfrag"}
    assert camera.client.ask("PATCH", path, b"a=end-of-candidates\r\n", **trickle).status == 204
    assert camera.client.ask("PATCH", path, b"", If_Match='"other"', **trickle).status == 412
    assert camera.client.ask("PATCH", path, b"", If_Match="*", **trickle).status == 422
    assert camera.client.ask("DELETE", path).status == 200
    assert camera.client.ask("DELETE", path).status == 404


def test_other_sites_ask_only_from_an_allowed_host(camera: CameraProcess) -> None:
    own = {"Sec_Fetch_Site": "cross-site", "Origin": "https://wall.example"}
    foreign = own | {"Origin": "https://evil.example"}
    preflight = camera.client.anonymous().ask("OPTIONS", "/whep", **own)
    assert (preflight.status, preflight.fields["Accept-Post"]) == (204, "application/sdp")
    assert preflight.fields["Access-Control-Allow-Origin"] == "https://wall.example"
    assert "Authorization" in preflight.fields["Access-Control-Allow-Headers"]
    refused = camera.client.anonymous().ask("OPTIONS", "/whep", **foreign)
    assert (refused.status, refused.fields["Access-Control-Allow-Origin"]) == (204, None)
    answer = post(camera, **own)
    assert (answer.status, answer.fields["Access-Control-Allow-Origin"]) == (201, "https://wall.example")
    assert "Location" in answer.fields["Access-Control-Expose-Headers"]
    assert camera.client.ask("DELETE", f"/{answer.fields['Location']}", **own).status == 200
    assert post(camera, **foreign).status == 403
    node = post(camera, Sec_Fetch_Mode="cors")  # Node's fetch: no browser, and no origin
    assert node.status == 201
    assert camera.client.ask("DELETE", f"/{node.fields['Location']}").status == 200
    wrong = Client(camera.port, "admin", "wrong").ask("POST", "/whep", make_offer(), **SDP, **own)
    assert (wrong.status, wrong.fields["Access-Control-Allow-Origin"]) == (401, "https://wall.example")


def test_waiting_offers_are_limited_and_expire(camera: CameraProcess) -> None:
    opened = [post(camera) for _ in range(16)]
    refused = post(camera)
    assert (refused.status, refused.fields["Retry-After"]) == (503, "10")
    for answer in opened:
        assert camera.client.ask("DELETE", f"/{answer.fields['Location']}").status == 200


async def test_checks_without_the_password_get_no_answer(camera: CameraProcess) -> None:
    answer = await asyncio.to_thread(post, camera)
    place = IceAddress.read(answer.text)
    stranger, known = LightViewer(IceAddress(place.host, place.port, place.name, "guessed")), LightViewer(place)
    rubbish = [b"", b"\0", bytes(20), b"\x16\xfe\xfd" + bytes(60), b"\x80\x00" + bytes(300), b"\xff" * 1500]
    connecting = asyncio.create_task(stranger.connect())
    await asyncio.sleep(0)
    for packet in rubbish:
        stranger.send(packet)
    await known.connect()  # the camera has read all that came before
    await until(lambda: known.pictures > 0, "nothing comes")
    connecting.cancel()
    assert not stranger._checked.is_set()
    stranger.close()
    known.close()
    assert (await asyncio.to_thread(camera.client.ask, "DELETE", f"/{answer.fields['Location']}")).status == 200


@contextmanager
def denied_address(camera: CameraProcess) -> Iterator[str]:
    """An address that the IP filter denies meanwhile; it is another one of this machine."""
    ipfilter = "/cgi/admin/ipfilter.cgi"
    camera.client.get(ipfilter, action="add", DenyIPRange="127.0.0.2")
    assert camera.client.get(ipfilter, action="update", Policy="Both").text == "OK\r\n"
    try:
        yield "127.0.0.2"
    finally:
        camera.client.get(ipfilter, action="removeall")


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
async def test_a_new_rule_of_the_ip_filter_ends_the_session(camera: CameraProcess, tcp: bool) -> None:
    async with viewer(camera, tcp) as stays, viewer(camera, tcp, source="127.0.0.2") as watching:
        await until(lambda: watching.pictures > 0, "nothing comes")
        with denied_address(camera):
            await until(lambda: watching.is_closed, "the session goes on")
        seen = stays.pictures
        await until(lambda: stays.pictures > seen, "another address is cut, too")
        assert not stays.is_closed


async def test_a_denied_address_gets_no_answer(camera: CameraProcess) -> None:
    with denied_address(camera) as address:
        answer = await asyncio.to_thread(post, camera)
        place = IceAddress.read(answer.text)
        denied, allowed = LightViewer(place, source=address), LightViewer(place)
        connecting = asyncio.create_task(denied.connect())
        await asyncio.sleep(0)
        await allowed.connect()  # the camera has read the first check before
        connecting.cancel()
        assert not denied.answers
        denied.close()
        allowed.close()
    assert (await asyncio.to_thread(camera.client.ask, "DELETE", f"/{answer.fields['Location']}")).status == 200


async def test_a_client_with_another_certificate_gets_nothing(camera: CameraProcess) -> None:
    answer = await asyncio.to_thread(post, camera, make_offer(fingerprint=":".join(["00"] * 32)))
    watching = LightViewer(IceAddress.read(answer.text))
    await watching.connect()
    await until(lambda: camera.client.get(f"/{answer.fields['Location']}").status == 404, "the session is there")
    assert not watching.packets
    watching.close()


async def test_the_parameters_act_at_once(camera: CameraProcess) -> None:
    group = "Network.Advanced.WebRTC"
    async with viewer(camera) as watching:
        await until(lambda: watching.pictures > 0, "nothing comes")
        await asyncio.to_thread(camera.client.update, group, Enabled="no")
        await until(lambda: watching.is_closed, "the session goes on")
    refused = await asyncio.to_thread(post, camera)
    assert (refused.status, "Enabled=no" in refused.text) == (404, True)
    port = await asyncio.to_thread(free_port, ("127.0.0.1",), socket.SOCK_STREAM, socket.SOCK_DGRAM)
    await asyncio.to_thread(camera.client.update, group, Enabled="yes", Port=port, Hosts="192.0.2.7,2001:db8::7")
    answer = await asyncio.to_thread(post, camera)
    offered = re.findall(r"a=candidate:\d+ 1 (udp|tcp) \d+ (\S+) (\d+) typ host", answer.text)
    hosts = ("127.0.0.1", "192.0.2.7", "2001:db8::7")
    assert sorted(set(offered)) == sorted((kind, host, str(port)) for kind in ("udp", "tcp") for host in hosts)
    assert (await asyncio.to_thread(camera.client.ask, "DELETE", f"/{answer.fields['Location']}")).status == 200
    async with viewer(camera) as watching:
        await until(lambda: watching.pictures > 0, "nothing comes from the new port")
    camera.client.update(group, Hosts="")


async def test_an_account_that_is_removed_watches_no_longer(camera: CameraProcess) -> None:
    accounts = "/cgi/admin/pwdgrp.cgi"
    camera.client.get(accounts, action="add", user="bob", pwd="secret words", grp="guest")
    bob = Client(camera.port, "bob", "secret words")
    answer = await asyncio.to_thread(bob.ask, "POST", "/whep", make_offer(), **SDP)
    watching = LightViewer(IceAddress.read(answer.text))
    await watching.connect()
    await until(lambda: watching.pictures > 0, "nothing comes")
    await asyncio.to_thread(camera.client.get, accounts, action="remove", user="bob")
    await until(lambda: watching.is_closed, "the session goes on")
    watching.close()


@pytest.mark.parametrize(("direction", "answered"), [("sendrecv", "sendrecv"), ("sendonly", "recvonly")])
async def test_the_camera_plays_talk_of_a_client(camera: CameraProcess, direction: str, answered: str) -> None:
    """The talk has the name of the session: others get the answer that another user talks."""
    answer = await asyncio.to_thread(post, camera, make_offer(audio=direction))
    assert answer.text.count(f"a={answered}\r\n") == 1
    talking = LightViewer(IceAddress.read(answer.text))
    await talking.connect()
    saying = asyncio.create_task(say(talking))
    own, refusal = f"session={answer.fields['Location'].rpartition('/')[2]}", "another user is talking"
    await until(lambda: refusal in camera.client.ask("POST", TALK, b"").text, "it has not the turn")
    assert (await asyncio.to_thread(camera.client.ask, "POST", f"{TALK}?{own}", b"")).text == "OK\r\n"
    await until(lambda: LOUD in camera.client.get("/cgi/audio/speaker.cgi").body, "nothing is heard")
    saying.cancel()
    talking.end_dtls()
    talking.close()
    await until(lambda: camera.client.ask("POST", TALK, b"").text == "OK\r\n", "the turn does not end")


async def say(talking: LightViewer) -> None:
    """Send loud sound as long as the camera accepts it."""
    assert talking.srtp
    sequencer = RtpSequencer(AUDIO, 77, 0)
    for number in count():
        (packet,) = sequencer.pack([(160 * number, False, b"\x20" * 160)])
        talking.send(talking.srtp.protect(packet))
        await asyncio.sleep(0.02)


def test_a_guest_may_not_talk(camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="ann", pwd="secret words", grp="guest")
    ann = Client(camera.port, "ann", "secret words")
    answer = ann.ask("POST", "/whep", make_offer(audio="sendrecv"), **SDP)
    assert "a=sendrecv" not in answer.text
    assert ann.ask("DELETE", f"/{answer.fields['Location']}").status == 200


async def test_thirty_viewers_leave_nothing_behind(camera: CameraProcess) -> None:
    """They come by UDP and by TCP, and go in all ways that the camera notices at once."""
    held, visitors = ResourceCounts(camera), WebRtcViewers(camera.client, PROMPT)
    for enabled in ("no", "yes"):  # clients of other tests that have vanished are gone, too
        await asyncio.to_thread(camera.client.update, "Network.Advanced.WebRTC", Enabled=enabled)
    async with viewer(camera) as watching:
        await until(lambda: watching.pictures > 0, "nothing comes")
        before = await asyncio.to_thread(held.count)
        await visitors.come_and_go(30)
        after = await asyncio.to_thread(held.settle, before, PATIENCE_S)
    assert visitors.failed == []
    assert before["webrtc_session.WebRtcSession"] == 1
    assert after == {name: min(count, before[name]) for name, count in after.items()}
