"""Each method, and the statuses of wrong requests."""

import asyncio

import pytest
from tests.server.rtsp.player import SECOND, Player, RtspRig, basic

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


async def describe(rig: RtspRig, player: Player, path: str, **fields: str):
    """Publish a key frame meanwhile, because DESCRIBE waits for one."""
    player.send("DESCRIBE", path, **fields)
    await rig.quiet()
    rig.hubs.picture(key=True)
    return await player.answer()


async def test_options_names_the_methods(player: Player) -> None:
    for path in ("", "*", "/nowhere"):
        answer = await player.ask("OPTIONS", path)
        assert answer.status == 200
        assert answer.fields["public"] == (
            "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN"
        )


@pytest.mark.parametrize("path", ["/", "/h264", "/H264/", "/stream1", "/live/stream1.cgi", "/h264?a=b"])
async def test_describe(rig: RtspRig, player: Player, path: str) -> None:
    answer = await describe(rig, player, path, accept="application/sdp")
    assert answer.status == 200
    assert answer.fields["content-base"] == f"{player.url}{path.rstrip('/')}/"
    text = answer.body.decode()
    assert (
        "a=fmtp:96 packetization-mode=1;profile-level-id=42C01F;sprop-parameter-sets=Z0LAH5WgFA==,aM48gA==\r\n" in text
    )
    assert "a=framesize:96 640-480\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 ccm fir\r\n" in text
    assert text.index("a=control:track0") < text.index("m=audio 0 RTP/AVP 0") < text.index("a=control:track1")


async def test_describe_without_microphone_has_no_sound(rig: RtspRig, player: Player) -> None:
    rig.hubs.microphone = False
    assert b"m=audio" not in (await describe(rig, player, "/h264")).body
    assert (await player.ask("DESCRIBE", "/audio")).status == 404


async def test_an_encoder_that_does_not_start_is_described_without_parameters(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipcamd.server.rtsp.describe.KEY_FRAME_TIMEOUT_S", 0.01)
    answer = await player.ask("DESCRIBE", "/h264")
    assert b"a=rtpmap:96 H264/90000" in answer.body
    assert b"fmtp" not in answer.body


async def test_a_description_keeps_the_encoder_warm_for_a_while(
    rig: RtspRig, player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    await describe(rig, player, "/h264")
    assert rig.hubs.h264.watched.is_set()
    monkeypatch.setattr("ipcamd.server.rtp.rtp_stream.AFTER_DESCRIBE_S", 0.02)
    await describe(rig, player, "/h264")
    async with asyncio.timeout(30):
        while rig.hubs.h264.watched.is_set():  # noqa: ASYNC110 - a stream does not tell when it rests
            await asyncio.sleep(0.01)


async def test_setup_and_play_interleaved(rig: RtspRig, player: Player) -> None:
    answer = await player.ask("SETUP", "/h264/track0", transport=TCP)
    assert answer.status == 200
    assert answer.fields["transport"].startswith("RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=")
    assert answer.fields["session"].endswith(";timeout=60")
    assert len(player.session) == 32
    answer = await player.ask("PLAY", "/h264")
    assert answer.status == 200
    first = rig.hubs.picture(key=True)
    packet = await player.packet()
    url, sequence, _ = answer.fields["rtp-info"].split(";")
    assert url == f"url={player.url}/h264/track0"
    assert sequence == f"seq={packet.sequence}"
    assert await player.frame() == first
    report = next(data for channel, data in player.packets if channel == 1)
    assert report[1] == 200
    assert report[4:8] == packet.ssrc.to_bytes(4)


async def test_sound_and_picture_have_one_beginning(rig: RtspRig, player: Player) -> None:
    other = await rig.player()
    await other.play()
    rig.hubs.picture(key=True)
    await player.ask("SETUP", "/track0", transport=TCP)
    await player.ask("SETUP", "/track1", transport="RTP/AVP/TCP;interleaved=2-3")
    answer = await player.ask("PLAY", "/")
    picture, sound = (
        dict(x.partition("=")[::2] for x in part.split(";")) for part in answer.fields["rtp-info"].split(",")
    )
    rig.hubs.now += 400_000_000
    rig.hubs.tone()
    assert int((await player.packet(0)).timestamp) == int(picture["rtptime"])
    packet = await player.packet(2)
    assert (packet.timestamp - int(sound["rtptime"])) % 2**32 == 3200
    assert packet.sequence == int(sound["seq"])


async def test_pause_and_play_again_go_on_where_it_was(rig: RtspRig, player: Player) -> None:
    await player.play()
    rig.hubs.picture(key=True)
    second = rig.hubs.picture()
    await player.frame()
    assert await player.frame() == second
    other = await rig.player()
    await other.play()
    assert (await player.ask("PAUSE", "/h264")).status == 200
    third = rig.hubs.picture()
    assert (await player.ask("PAUSE", "/h264")).status == 455
    await player.ask("PLAY", "/h264")
    fourth = rig.hubs.picture()
    assert [await player.frame(), await player.frame()] == [third, fourth]


async def test_a_long_pause_is_not_a_clock_step(rig: RtspRig, player: Player) -> None:
    await player.play()
    rig.hubs.picture(key=True)
    before = (await player.packet()).timestamp
    await player.ask("PAUSE", "/h264")
    rig.hubs.now += 25 * SECOND
    told = (await player.ask("PLAY", "/h264")).fields["rtp-info"]
    player.packets.clear()
    rig.hubs.picture(key=True)
    after = (await player.packet()).timestamp
    assert (after - before) % 2**32 == 25 * 90_000 + 3600
    assert (after - int(told.partition("rtptime=")[2])) % 2**32 == 3600


async def test_play_again_while_playing_changes_nothing(rig: RtspRig, player: Player) -> None:
    await player.play()
    rig.hubs.picture(key=True)
    assert (await player.ask("PLAY", "/h264")).status == 200
    second = rig.hubs.picture()
    await player.frame()
    assert await player.frame() == second


async def test_teardown_ends_the_session(rig: RtspRig, player: Player) -> None:
    await player.play()
    assert len(rig.service.context.sessions) == 1
    assert (await player.ask("TEARDOWN", "/h264")).status == 200
    assert len(rig.service.context.sessions) == 0
    assert not rig.hubs.h264.watched.is_set()
    assert (await player.ask("PLAY", "/h264")).status == 454


async def test_teardown_of_one_track_leaves_the_other(rig: RtspRig, player: Player) -> None:
    await player.play("", tracks=2)
    await player.ask("TEARDOWN", "/track0")
    assert len(rig.service.context.sessions) == 1
    assert not rig.hubs.h264.watched.is_set()
    samples = rig.hubs.tone()
    assert (await player.packet(2)).payload == samples
    await player.ask("TEARDOWN", "/track1")
    assert len(rig.service.context.sessions) == 0


async def test_teardown_of_what_the_settings_have_taken_away(rig: RtspRig, player: Player) -> None:
    await player.play("/audio")
    rig.hubs.microphone = False
    assert (await player.ask("TEARDOWN", "/audio")).status == 200
    assert len(rig.service.context.sessions) == 0


@pytest.mark.parametrize("named", [True, False])
async def test_keep_alives(rig: RtspRig, player: Player, named: bool) -> None:
    """RFC 2326, 12.37: any request on the connection that set up a session, with or without a Session field."""
    await player.ask("SETUP", "/audio", transport="RTP/AVP;client_port=5000-5001")
    assert (await player.ask("PLAY", "/audio")).status == 200
    player.session = player.session if named else ""
    for method in ("GET_PARAMETER", "SET_PARAMETER", "OPTIONS", "DESCRIBE", "OPTIONS"):
        rig.later(50)
        assert (await player.ask(method, "/audio")).status == 200
    rig.later(61)
    assert len(rig.service.context.sessions) == 0


async def test_a_request_on_another_connection_without_a_session_keeps_nothing_alive(
    rig: RtspRig, player: Player
) -> None:
    await player.ask("SETUP", "/audio", transport="RTP/AVP;client_port=5000-5001")
    await player.ask("PLAY", "/audio")
    rig.later(50)
    assert (await (await rig.player()).ask("OPTIONS")).status == 200
    rig.later(11)
    assert len(rig.service.context.sessions) == 0


@pytest.mark.parametrize("transport", [TCP, "RTP/AVP;client_port=5000-5001"])
async def test_a_session_without_play_ends_whatever_its_client_sends(
    rig: RtspRig, player: Player, transport: str
) -> None:
    await player.ask("SETUP", "/audio", transport=transport)
    rig.later(9)
    assert (await player.ask("OPTIONS")).status == 200
    assert len(rig.service.context.sessions) == 1
    rig.later(2)
    assert len(rig.service.context.sessions) == 0
    assert (await player.ask("PLAY", "/audio")).status == 454


async def test_unknown_parameters_are_named(player: Player) -> None:
    for method in ("GET_PARAMETER", "SET_PARAMETER"):
        answer = await player.ask(method, "/h264", body=b"barparam: 1\r\nfoo\r\n")
        assert (answer.status, answer.body) == (451, b"barparam\r\nfoo\r\n")


WRONG = [
    ("DESCRIBE", "/nowhere", {}, 404),
    ("DESCRIBE", "/../h264", {}, 404),
    ("DESCRIBE", "*", {}, 404),
    ("DESCRIBE", "/h264", {"accept": "text/html"}, 406),
    ("DESCRIBE", "/h264", {"require": "com.example.magic"}, 551),
    ("OPTIONS", "/h264", {"proxy_require": "gold"}, 551),
    ("OPTIONS", "/h264", {"session": "abc"}, 454),
    ("SETUP", "/h264/track0", {}, 461),
    ("SETUP", "/h264/track7", {"transport": TCP}, 404),
    ("SETUP", "/", {"transport": TCP}, 459),
    ("SETUP", "/h264/track0", {"transport": TCP, "session": "abc"}, 454),
    ("SETUP", "/h264/track0", {"transport": "RTP/SAVP;unicast;client_port=5000-5001"}, 461),
    ("SETUP", "/h264/track0", {"transport": "RTP/AVP;unicast;client_port=0-1"}, 461),
    ("SETUP", "/h264/track0", {"transport": "RTP/AVP;unicast;client_port=53-54"}, 461),
    ("SETUP", "/h264/track0", {"transport": "RTP/AVP;multicast"}, 461),
    ("PLAY", "/h264", {}, 454),
    ("PLAY", "/h264", {"session": "0" * 32}, 454),
    ("PAUSE", "/h264", {"session": "x"}, 454),
    ("TEARDOWN", "/h264", {}, 454),
    ("GET_PARAMETER", "/h264", {"session": "x"}, 454),
    ("ANNOUNCE", "/h264", {}, 405),
    ("RECORD", "/h264", {}, 405),
    ("DANCE", "/h264", {}, 501),
    ("play", "/h264", {}, 501),
]


@pytest.mark.parametrize(("method", "path", "fields", "status"), WRONG)
async def test_wrong_requests_get_their_status(
    rig: RtspRig, player: Player, method: str, path: str, fields: dict[str, str], status: int
) -> None:
    assert (await player.ask(method, path, **fields)).status == status
    assert len(rig.service.context.sessions) == 0
    assert (await player.ask("OPTIONS")).status == 200


async def test_errors_within_a_session(player: Player) -> None:
    await player.ask("SETUP", "/track0", transport=TCP)
    assert (await player.ask("SETUP", "/mjpeg/track0", transport=TCP)).status == 459
    assert (await player.ask("PLAY", "/mjpeg")).status == 459
    assert (await player.ask("PAUSE", "/")).status == 455
    await player.ask("SETUP", "/track1", transport=TCP)
    assert (await player.ask("PLAY", "/track0")).status == 460
    assert (await player.ask("PLAY", "/")).status == 200
    assert (await player.ask("SETUP", "/track1", transport=TCP)).status == 455


async def test_a_channel_in_use_is_replaced_by_a_free_one(player: Player) -> None:
    await player.ask("SETUP", "/track0", transport=TCP)
    answer = await player.ask("SETUP", "/track1", transport=TCP)
    assert "interleaved=2-3" in answer.fields["transport"]


async def test_four_sessions_on_a_connection(rig: RtspRig, player: Player) -> None:
    for _ in range(4):
        player.session = ""
        assert (await player.ask("SETUP", "/audio", transport="RTP/AVP/TCP")).status == 200
    player.session = ""
    assert (await player.ask("SETUP", "/audio", transport="RTP/AVP/TCP")).status == 453
    assert len(rig.service.context.sessions) == 4


async def test_pipelined_requests_are_answered_in_order(rig: RtspRig, player: Player) -> None:
    player.send("DESCRIBE", "/h264")
    player.send("OPTIONS")
    player.send("SETUP", "/h264/track0", transport=TCP)
    await rig.quiet()
    rig.hubs.picture(key=True)
    answers = [await player.answer() for _ in range(3)]
    assert [answer.fields["cseq"] for answer in answers] == ["1", "2", "3"]
    assert [answer.status for answer in answers] == [200] * 3


async def test_login(rig: RtspRig, player: Player) -> None:
    rig.service.context.authenticator.login_needed = True
    assert (await player.ask("OPTIONS")).status == 200
    answer = await player.ask("DESCRIBE", "/h264")
    assert answer.status == 401
    assert answer.challenges == [
        'Digest realm="x, y", nonce="n", algorithm=MD5, qop="auth"',
        'Basic realm="x, y", charset="UTF-8"',
    ]
    assert (await player.ask("SETUP", "/audio", transport=TCP, authorization=basic("nobody"))).status == 401
    assert (await player.ask("GET_PARAMETER", "/h264")).status == 401
    assert (await player.ask("SETUP", "/audio", transport=TCP, authorization=basic("guest"))).status == 200
    # the session's secret will do for a keep-alive, on its own connection alone
    assert (await player.ask("GET_PARAMETER", "/audio")).status == 200
    other = await rig.player()
    other.session = player.session
    assert (await other.ask("PLAY", "/audio")).status == 401
    assert (await other.ask("PLAY", "/audio", authorization=basic("admin"))).status == 454


async def test_viewers_without_a_login_are_disconnected_when_one_is_required(rig: RtspRig, player: Player) -> None:
    await player.play("/audio")
    other = await rig.player()
    rig.service.need_login(True)
    assert len(rig.service.context.sessions) == 0
    assert await player.closed()
    assert (await other.ask("SETUP", "/audio", transport=TCP, authorization=basic("guest"))).status == 200
    rig.service.need_login(True)
    assert len(rig.service.context.sessions) == 1


async def test_a_digest_for_the_presentation_is_valid_for_its_tracks(rig: RtspRig, player: Player) -> None:
    rig.service.context.authenticator.login_needed = True
    digest = 'Digest username="a", realm="x", nonce="n", uri="%s", response="%s"'
    for uri in (f"{player.url}/h264", f"{player.url}/h264/", f"{player.url}/mjpeg"):
        await player.ask("SETUP", "/h264/track0", transport=TCP, authorization=digest % (uri, "0" * 32))
    track = f"{player.url}/h264/track0"
    assert [target for _, target in rig.authenticator.asked] == [f"{player.url}/h264", f"{player.url}/h264/", track]
