"""RTSP viewers: fast, slow and late ones, over UDP and TCP, and multicast groups."""

import asyncio
import socket
import struct
from itertools import pairwise

import pytest
from tests.server.rtsp.player import SECOND, Player, RtspRig, basic

from ipcamd.access.accounts import Account
from ipcamd.media import codecs
from ipcamd.params.group import Rank
from ipcamd.server.connection_limits import Limits
from ipcamd.server.rtp import rtp_stream, tcp_viewer
from ipcamd.server.rtsp.multicast import MulticastSettings
from ipcamd.wire.rtp import feedback, rtcp, rtp

SENDER_REPORT = 200
"""Type of the RTCP packet (RFC 3550, 6.4.1)."""


async def test_all_viewers_get_the_same_packets(rig: RtspRig) -> None:
    players = [await rig.player() for _ in range(3)]
    for player in players:
        await player.play()
    rig.hubs.picture(key=True)
    rig.hubs.picture()
    packets = [[await player.packet() for _ in range(5)] for player in players]
    assert packets[0] == packets[1] == packets[2]
    numbers = [packet.sequence - packets[0][0].sequence for packet in packets[0]]
    assert [number % 65536 for number in numbers] == [0, 1, 2, 3, 4]


async def test_a_late_viewer_gets_the_group_of_pictures(rig: RtspRig) -> None:
    first = await rig.player()
    await first.play()
    rig.hubs.picture(key=True)
    expected = [rig.hubs.picture(key=True), rig.hubs.picture(), rig.hubs.picture()]
    late = await rig.player()
    await late.play()
    expected.append(rig.hubs.picture())
    assert [await late.frame() for _ in range(4)] == expected


async def test_nothing_is_sent_before_a_key_frame(rig: RtspRig, player: Player) -> None:
    await player.play()
    rig.hubs.picture()
    key = rig.hubs.picture(key=True)
    assert await player.frame() == key


@pytest.mark.parametrize("batch", ["one call", "one for each"])
async def test_a_slow_viewer_skips_to_a_key_frame_and_the_others_miss_nothing(
    rig: RtspRig, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_viewer, "MIN_CONNECTIONS", 1 if batch == "one call" else 9)
    slow, fast = await rig.player(), await rig.player()
    for player in (slow, fast):
        await player.play()
    slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
    sent, keys = [], []
    for number in range(100):
        sent.append(rig.hubs.picture(key=number % 10 == 0, size=60_000))
        keys += sent[-1:] if number % 10 == 0 else []
        assert await fast.frame() == sent[-1]
    slow.writer.transport.resume_reading()  # type: ignore[attr-defined]
    got = []
    while not got or got[-1] is not sent[-1]:
        waiting = [c for c in rig.registry if c.writer.waiting]
        if not waiting:
            sent.append(rig.hubs.picture(size=500))
            sent.append(rig.hubs.picture(key=True, size=500))
            keys.append(sent[-1])
        frame = await slow.frame()
        got.append(sent[sent.index(frame)])
    places = [sent.index(frame) for frame in got]
    jumps = [b for a, b in pairwise(places) if b != a + 1]
    assert jumps
    assert all(sent[at] in keys for at in jumps)


async def test_the_bytes_sent_to_each_viewer_are_counted(rig: RtspRig) -> None:
    early, late = await rig.player(), await rig.player()

    async def received(player: Player, frames: int) -> int:
        size = 0
        while frames:
            packet = await player.packet()
            size += rtp.HEADER_BYTES + len(packet.payload)
            frames -= packet.marker
        return size

    await early.play()
    for number in range(4):
        rig.hubs.picture(key=number == 0)
    await late.play()
    rig.hubs.picture()
    await early.ask("PAUSE", "/h264")
    rig.hubs.picture()
    await early.ask("PLAY", "/h264")  # the frames in between follow
    rig.hubs.picture()
    sizes = [await received(player, 7) for player in (early, late)]
    assert [client.sent_bytes for client in rig.service.clients()] == sizes
    rig.hubs.picture()
    assert [client.sent_bytes for client in rig.service.clients()] > sizes


async def test_a_new_viewer_does_not_count_as_slow_during_its_first_group(rig: RtspRig) -> None:
    first, late = await rig.player(), await rig.player()
    await first.play()
    sent = [rig.hubs.picture(key=number == 0, size=60_000) for number in range(25)]
    late.send("SETUP", "/h264/track0", transport="RTP/AVP/TCP;interleaved=0-1")
    late.session = (await late.answer()).fields["session"].partition(";")[0]
    late.send("PLAY", "/h264")
    await rig.quiet()
    sent += [rig.hubs.picture() for _ in range(10)]
    await late.answer()
    assert [await late.frame() for _ in sent] == sent


async def test_a_viewer_who_reads_nothing_is_cut(rig: RtspRig, player: Player) -> None:
    player.writer.transport.pause_reading()  # type: ignore[attr-defined]
    player.send("SETUP", "/h264/track0", transport="RTP/AVP/TCP;interleaved=0-1")
    await rig.quiet()
    (session,) = rig.service.context.sessions._sessions
    player.session = session
    player.send("PLAY", "/h264")
    await rig.quiet()
    for number in range(200):
        rig.hubs.picture(key=number % 10 == 0, size=60_000)
    await rig.quiet()
    rig.later(1)
    rig.later(5)
    assert len(rig.service.context.sessions) == 1
    rig.later(6)
    await rig.quiet()
    assert len(rig.service.context.sessions) == 0
    assert not rig.hubs.h264.watched.is_set()


@pytest.mark.parametrize("batch", ["one call", "one for each"])
async def test_each_viewer_gets_sender_reports_on_its_own_channel(
    rig: RtspRig, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_viewer, "MIN_CONNECTIONS", 1 if batch == "one call" else 9)
    monkeypatch.setattr(rtp_stream, "RTCP_INTERVAL_S", 0.05)
    channels = ((0, 1), (0, 1), (0, 7), (4, 5))
    players = [await rig.player() for _ in channels]
    for player, (video, control) in zip(players, channels, strict=True):
        transport = f"RTP/AVP/TCP;unicast;interleaved={video}-{control}"
        assert (await player.ask("SETUP", "/h264/track0", transport=transport)).status == 200
        assert (await player.ask("PLAY", "/h264")).status == 200
    for player, (video, control) in zip(players, channels, strict=True):
        rig.hubs.picture(key=True)
        ssrc = (await player.packet(video)).ssrc
        reports = [await player.data(control) for _ in range(3)]  # the first one at the start, for it alone
        assert {struct.unpack_from("!BBxxI", report) for report in reports} == {(0x80, SENDER_REPORT, ssrc)}


class UdpPair:
    """A client's pair of UDP ports."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        while True:
            self.rtp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            self.rtp.bind((address, 0))
            self.port = self.rtp.getsockname()[1]
            self.rtcp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            try:
                self.rtcp.bind((address, self.port + 1))
                return
            except OSError:
                self.rtp.close()
                self.rtcp.close()

    @property
    def transport(self) -> str:
        return f"RTP/AVP;unicast;client_port={self.port}-{self.port + 1}"

    async def packets(self, count: int) -> list[rtp.RtpPacket]:
        loop = asyncio.get_running_loop()
        return [rtp.parse(await asyncio.wait_for(loop.sock_recv(self.rtp, 2048), 30)) for _ in range(count)]

    async def report(self) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.rtcp, 2048), 30)

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()


@pytest.fixture
def udp():
    udp = UdpPair()
    yield udp
    udp.close()


async def test_udp(rig: RtspRig, player: Player, udp: UdpPair) -> None:
    answer = await player.ask("SETUP", "/h264/track0", transport=udp.transport)
    server = int(answer.fields["transport"].partition("server_port=")[2].partition("-")[0])
    assert server % 2 == 0
    assert "source=127.0.0.1" in answer.fields["transport"]
    await player.ask("PLAY", "/h264")
    rig.hubs.picture(key=True, size=5000)
    packets = await udp.packets(5)
    assert [len(packet.payload) for packet in packets[1:4]] == [1400] * 3
    assert [packet.marker for packet in packets] == [False] * 4 + [True]
    assert (await udp.report())[1] == 200
    # a report of the client keeps the session alive
    source = packets[0].ssrc
    report = (
        bytes.fromhex("81c90007 00000009") + source.to_bytes(4) + bytes.fromhex("40000001 00010002 0000001e") + bytes(8)
    )
    for _ in range(3):
        rig.later(50)
        udp.rtcp.sendto(report, ("127.0.0.1", server + 1))
        await rig.quiet()
    assert len(rig.service.context.sessions) == 1
    rig.hubs.h264.key_wanted.clear()
    udp.rtcp.sendto(report + feedback.make_picture_loss(9, source), ("127.0.0.1", server + 1))
    await rig.quiet()
    assert rig.hubs.h264.key_wanted.is_set()
    rig.later(61)
    assert len(rig.service.context.sessions) == 0
    assert not rig.hubs.h264.watched.is_set()


async def test_another_destination_is_ignored(rig: RtspRig, player: Player, udp: UdpPair) -> None:
    answer = await player.ask("SETUP", "//h264//track0", transport=f"{udp.transport};destination=9.9.9.9")
    assert "destination" not in answer.fields["transport"]
    await player.ask("PLAY", "/h264")
    rig.hubs.picture(key=True, size=100)
    assert await udp.packets(1)


async def test_a_gop_over_udp_is_sent_in_bursts_and_complete(rig: RtspRig, udp: UdpPair) -> None:
    first = await rig.player()
    await first.play()
    for number in range(30):
        rig.hubs.picture(key=number == 0, size=7000)
    late = await rig.player()
    await late.ask("SETUP", "/h264/track0", transport=udp.transport)
    await late.ask("PLAY", "/h264")
    rig.hubs.picture(size=100)
    packets = await udp.packets(1 + 30 * 6 + 1)
    numbers = [(packet.sequence - packets[0].sequence) % 65536 for packet in packets]
    assert numbers == list(range(len(packets)))


async def test_without_kernel_support_packets_go_singly(rig: RtspRig, player: Player, udp: UdpPair) -> None:
    await player.ask("SETUP", "/h264/track0", transport=udp.transport)
    (session,) = rig.service.context.sessions
    session.setups[0].viewer._single = True  # type: ignore[union-attr]
    await player.ask("PLAY", "/h264")
    rig.hubs.picture(key=True, size=5000)
    assert [len(packet.payload) for packet in (await udp.packets(5))[1:4]] == [1400] * 3


async def test_a_udp_session_outlasts_its_connection(rig: RtspRig, player: Player, udp: UdpPair) -> None:
    await player.ask("SETUP", "/audio", transport=udp.transport)
    player.close()
    await rig.quiet()
    other = await rig.player()
    other.session = player.session
    assert (await other.ask("PLAY", "/audio")).status == 200
    rig.later(20)
    samples = rig.hubs.tone()
    assert (await udp.packets(1))[0].payload == samples
    other.close()
    await rig.quiet()
    rig.later(11)
    assert len(rig.service.context.sessions) == 0
    goodbye = await udp.report()  # the first is the sender report at PLAY
    assert goodbye[1] == 200


def _member(group: str, port: int) -> socket.socket:
    """Return a socket that receives packets of a group over the loopback interface."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    udp.bind((group, port))
    member = socket.inet_aton(group) + socket.inet_aton("127.0.0.1")
    udp.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    return udp


async def test_multicast(rig: RtspRig, player: Player) -> None:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    udp.bind(("239.255.77.7", 0))
    port = udp.getsockname()[1] & ~1
    udp.close()
    udp, reports = _member("239.255.77.7", port), _member("239.255.77.7", port + 1)
    settings = MulticastSettings("239.255.77.7", ((codecs.H264, port), (codecs.ULAW, port + 2)), 1, "127.0.0.1")
    rig.service.context.multicast.configure(settings)
    answer = await player.ask("SETUP", "/h264/track0", transport="RTP/AVP;multicast")
    expected = f"RTP/AVP;multicast;destination=239.255.77.7;port={port}-{port + 1};ttl=1"
    assert answer.fields["transport"].startswith(expected)
    rig.hubs.h264.key_wanted.clear()
    assert (await player.ask("PLAY", "/h264")).status == 200
    assert rig.hubs.h264.key_wanted.is_set()
    rig.hubs.picture(key=True, size=100)
    data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(udp, 2048), 30)
    assert rtp.parse(data).payload_type == 96
    rig.service.context.multicast.configure(None)
    told: list[rtcp.ReceptionReport | rtcp.Goodbye] = []
    while not told:
        told = rtcp.parse(await asyncio.wait_for(asyncio.get_running_loop().sock_recv(reports, 2048), 30))
    assert told == [rtcp.Goodbye((rtp.parse(data).ssrc,))]
    udp.close()
    reports.close()
    assert not rig.hubs.h264.watched.is_set()
    player.session = ""
    assert (await player.ask("SETUP", "/mjpeg/track0", transport="RTP/AVP;multicast")).status == 461


async def test_beyond_the_places_of_viewers() -> None:
    async with RtspRig(Limits(viewers=2)) as rig:
        rig.service.context.authenticator.login_needed = True
        players = [await rig.player() for _ in range(3)]
        for player in players[:2]:
            await player.play("/audio", user="admin")
        last = players[2]
        assert (await last.ask("SETUP", "/audio", transport="RTP/AVP/TCP", authorization=basic("admin"))).status == 200
        answer = await last.ask("PLAY", "/audio")
        assert (answer.status, answer.reason) == (453, "all 2 viewers' places are taken")
        await players[0].ask("TEARDOWN", "/audio")
        assert (await last.ask("PLAY", "/audio")).status == 200


async def test_an_account_takes_no_more_than_its_share_over_all_protocols() -> None:
    async with RtspRig(Limits(viewers=20)) as rig:
        rig.service.context.authenticator.login_needed = True
        elsewhere = [rig.viewers.take(Account("guest", Rank.GUEST), "", "http") for _ in range(4)]
        await (await rig.player()).play("/audio", user="guest")
        last = await rig.player()
        await last.ask("SETUP", "/audio", transport="RTP/AVP/TCP", authorization=basic("guest"))
        answer = await last.ask("PLAY", "/audio")
        assert (answer.status, answer.reason) == (453, "guest has 5 of 20 viewers' places and gets no more")
        rig.viewers.release(elsewhere[0])
        assert (await last.ask("PLAY", "/audio")).status == 200


async def test_sessions_that_are_not_played_are_limited_and_take_no_viewers_place() -> None:
    async with RtspRig(Limits(viewers=20)) as rig:
        rig.service.context.authenticator.login_needed = True
        players = [await rig.player() for _ in range(6)]
        login = basic("guest")
        answers = [await p.ask("SETUP", "/audio", transport="RTP/AVP/TCP", authorization=login) for p in players]
        assert [answer.status for answer in answers] == [200] * 5 + [453]
        assert answers[5].reason == "guest has 5 of 20 viewers' places and gets no more"
        assert rig.viewers.taken == 0
        other = await rig.player()
        await other.play("/audio", user="admin")


async def test_the_clock_is_set_and_time_stamps_go_on(rig: RtspRig, player: Player) -> None:
    await player.play()
    stamps = []
    for step in (0, 3600 * SECOND, -7200 * SECOND, 0):
        rig.hubs.now += step
        rig.hubs.picture(key=True, size=300)
        await player.packet()
        stamps.append((await player.packet()).timestamp)
    assert [(b - a) % 2**32 for a, b in pairwise(stamps)] == [3600, 3600, 3600]


async def test_sound_is_stamped_without_gaps(rig: RtspRig, player: Player) -> None:
    await player.play("/audio")
    stamps = []
    for step in (40, 45, 36, 39, 41, 200, 40):
        rig.hubs.now += step * SECOND // 1000
        rig.hubs.tone()
        stamps.append((await player.packet()).timestamp)
    assert [(b - a) % 2**32 for a, b in pairwise(stamps)] == [320, 320, 320, 320, 1608, 320]


async def test_frames_unsuitable_for_the_format_are_omitted(rig: RtspRig, player: Player) -> None:
    from ipcamd.media.frame import EncodedFrame

    await player.ask("SETUP", "/mjpeg/track0", transport="RTP/AVP/TCP")
    await player.ask("PLAY", "/mjpeg")
    rig.hubs.mjpeg.publish(EncodedFrame(codecs.JPEG, b"no JPEG", True, rig.hubs.now, 1))
    assert (await player.ask("OPTIONS")).status == 200


async def test_quality_of_service_marks_packets(rig: RtspRig, player: Player, udp: UdpPair) -> None:
    await player.play("/audio")
    other = await rig.player()
    await other.ask("SETUP", "/audio", transport=udp.transport)
    udp.rtp.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    rig.service.mark(34, 46)
    await other.ask("PLAY", "/audio")
    rig.hubs.tone()
    await asyncio.sleep(0.01)
    _, ancillary, _, _ = udp.rtp.recvmsg(2048, 64)
    assert [data[0] >> 2 for _, _, data in ancillary] == [46]
    (connection,) = [c for c in rig.registry if any(s.over_tcp for s in c.sessions.values())]
    assert connection.writer._socket.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) >> 2 == 46
