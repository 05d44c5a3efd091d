"""The backchannel: clients talk (ONVIF Streaming Specification, 5.3)."""

import socket

import pytest
from tests.server.rtsp.player import Player, RtspRig, basic

from ipcamd.server.rtsp.methods import BACKCHANNEL
from ipcamd.wire.rtsp.message import interleave

SPEECH = bytes.fromhex("80800001 00000000 00000007") + b"\xff" * 160


async def test_the_description_has_a_talk_track(rig: RtspRig, player: Player) -> None:
    answer = await player.ask("DESCRIBE", "/audio", require=BACKCHANNEL, authorization=basic("users"))
    assert answer.body.decode().endswith(
        "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=recvonly\r\na=control:track0\r\n"
        "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendonly\r\na=control:talk\r\n"
    )
    assert b"sendonly" not in (await player.ask("DESCRIBE", "/audio")).body


async def test_speech_arrives_with_its_speaker(rig: RtspRig, player: Player) -> None:
    fields = {"require": BACKCHANNEL, "authorization": basic("users")}
    await player.ask("SETUP", "/audio/track0", transport="RTP/AVP/TCP;interleaved=0-1", **fields)
    answer = await player.ask("SETUP", "/audio/talk", transport="RTP/AVP/TCP;interleaved=2-3", **fields)
    assert answer.status == 200
    player.writer.write(interleave(2, [SPEECH]))
    assert (await player.ask("PLAY", "/audio", require=BACKCHANNEL)).status == 200
    assert rig.spoken == []  # not before PLAY
    player.writer.write(interleave(2, [SPEECH, SPEECH]) + interleave(0, [SPEECH]) + interleave(9, [SPEECH]))
    await player.ask("OPTIONS")
    assert rig.spoken == [(SPEECH, "users")] * 2


async def test_a_talker_over_tcp_who_is_silent_for_too_long_has_vanished(rig: RtspRig, player: Player) -> None:
    await player.ask("SETUP", "/audio/talk", transport="RTP/AVP/TCP;interleaved=0-1", authorization=basic("users"))
    await player.ask("PLAY", "/audio")
    rig.later(50)
    player.writer.write(interleave(0, [SPEECH]))
    await player.ask("OPTIONS")
    rig.later(50)
    assert len(rig.service.context.sessions) == 1
    rig.later(20)
    assert len(rig.service.context.sessions) == 0


async def test_speech_over_udp(rig: RtspRig, player: Player) -> None:
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mouth.bind(("127.0.0.1", 0))
    port = mouth.getsockname()[1]
    transport = f"RTP/AVP;unicast;client_port={port}-{(port + 1) % 65536 or 1024}"
    answer = await player.ask("SETUP", "/audio/talk", transport=transport, authorization=basic("admin"))
    server = int(answer.fields["transport"].partition("server_port=")[2].partition("-")[0])
    await player.ask("PLAY", "/audio")
    rig.later(50)
    mouth.sendto(SPEECH, ("127.0.0.1", server))
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.sendto(b"x" * 172, ("127.0.0.1", server))
    await rig.quiet()
    assert rig.spoken == [(SPEECH, "admin")]
    rig.later(50)
    assert len(rig.service.context.sessions) == 1
    mouth.close()
    stranger.close()


@pytest.mark.parametrize(("who", "status"), [("guest", 403), ("nobody", 401), ("", 401)])
async def test_accounts_without_permission_cannot_talk(rig: RtspRig, player: Player, who: str, status: int) -> None:
    fields = {"authorization": basic(who)} if who else {}
    assert (await player.ask("DESCRIBE", "/audio", require=BACKCHANNEL, **fields)).status == status
    answer = await player.ask("SETUP", "/audio/talk", transport="RTP/AVP/TCP", **fields)
    assert answer.status == status
    assert len(rig.service.context.sessions) == 0


async def test_a_camera_without_a_speaker_has_no_talk_track(rig: RtspRig, player: Player) -> None:
    rig.service.context.talks = False
    described = await player.ask("DESCRIBE", "/audio", require=BACKCHANNEL, authorization=basic("users"))
    assert b"a=control:talk" not in described.body
    answer = await player.ask("SETUP", "/audio/talk", transport="RTP/AVP/TCP", authorization=basic("users"))
    assert answer.status == 404


async def test_a_session_that_others_began_cannot_be_spoken_in(rig: RtspRig, player: Player) -> None:
    """A viewer without a login cannot add the talk track, nor use another client's session for it."""
    await player.ask("SETUP", "/audio/track0", transport="RTP/AVP/TCP;interleaved=0-1")
    answer = await player.ask(
        "SETUP", "/audio/talk", transport="RTP/AVP/TCP;interleaved=2-3", authorization=basic("admin")
    )
    assert answer.status == 200
    await player.ask("PLAY", "/audio")
    player.writer.write(interleave(2, [SPEECH]))
    await player.ask("OPTIONS")
    assert rig.spoken == [(SPEECH, "admin")]
