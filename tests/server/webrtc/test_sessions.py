"""Sessions of WebRTC: consent, lost packets, reports, and clients that are too slow."""

import asyncio
import struct
from collections.abc import AsyncIterator
from functools import partial
from itertools import pairwise

import pytest
from tests.server.rtsp.player import SECOND, CameraHubs
from tests.server.webrtc.webrtc_rig import WebRtcRig, until
from tests.wire.rtp.nack import make_nack
from tests.wire.rtp.reception import make_report

from ipcamd.media.stream.traffic import StreamTraffic
from ipcamd.server.webrtc.session_timeout import CONSENT_S
from ipcamd.wire.rtp import rtp
from ipcamd.wire.webrtc import playout_delay

CNAME = b"\1\6camera"
"""As the item of a source's description (RFC 3550, 6.5)."""
NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900 to 1970."""


@pytest.fixture
async def rig() -> AsyncIterator[WebRtcRig]:
    async with WebRtcRig() as rig:
        yield rig


async def test_a_silent_client_is_removed_within_a_minute_and_an_active_one_stays(rig: WebRtcRig) -> None:
    """Consent (RFC 7675)."""
    gone, here = await rig.watch(), await rig.watch()
    assert (rig.sessions, rig.viewers.taken) == (2, 2)
    rig.later(CONSENT_S - 1)
    assert rig.sessions == 2
    answers = here.client.answers
    here.client.check()
    await until(lambda: here.client.answers > answers, "the check is not answered")
    rig.later(2)
    assert (rig.sessions, rig.viewers.taken) == (1, 1)
    before = len(here.packets)
    rig.hubs.picture()
    await until(lambda: len(here.packets) > before, "nothing comes any more")
    rig.later(60)
    assert (rig.sessions, rig.viewers.taken) == (0, 0)
    assert gone.packets


async def test_a_packet_of_long_ago_does_not_keep_a_newer_one_from_coming_again(rig: WebRtcRig) -> None:
    watcher = await rig.watch()
    for _ in range(50):
        have = len(watcher.packets)
        rig.hubs.picture(size=110_000)
        await until(lambda have=have: len(watcher.packets) - have > 90, "packets are lost")  # type: ignore[misc]
    watcher.client.losing = 1
    rig.hubs.picture()
    await until(lambda: bool(watcher.client.lost), "nothing comes")
    old, new = watcher.packets[3], rtp.parse(watcher.client.lost[0])
    for wanted in (old, new):
        watcher.tell(make_nack(1, wanted.ssrc, wanted.sequence))
    await until(lambda: new.sequence in watcher.sequences, "it does not come again")


async def count_left_out(rig: WebRtcRig, lost: float) -> int:
    """Return how many pictures a viewer is not sent that reports this fraction as lost in all, and half of the packets
    as lost since the last report, which is a moment before."""
    watcher = await rig.watch()
    source, first = watcher.packets[0].ssrc, watcher.packets[0].sequence
    frames, pictures = rig.traffic.of("h264", "webrtc"), 1
    for highest in range(0, 1500, 300):
        watcher.tell(make_report(1, source, 0.5, round(lost * highest), first + highest))
        await watcher.client.be_heard()
        for _ in range(5):
            rig.hubs.picture(size=40_000)
        pictures += 5
        await until(partial(is_counted, frames, pictures), "a picture is missing")
        rig.later(1)
    return frames.frames_dropped


def is_counted(frames: StreamTraffic, count: int) -> bool:
    return frames.frames_sent + frames.frames_dropped >= count


@pytest.mark.parametrize(("lost", "is_limited"), [(0.0, False), (0.1, False), (0.2, True)])
async def test_a_viewer_is_limited_by_what_it_loses_in_all(rig: WebRtcRig, lost: float, is_limited: bool) -> None:
    assert (await count_left_out(rig, lost) > 0) is is_limited


async def test_sender_reports_map_time_stamps_to_capture_times(rig: WebRtcRig) -> None:
    """A sender report maps a time stamp to a capture time (RFC 3550, 6.4.1)."""
    watcher = await rig.watch()
    rig.hubs.picture()
    await until(lambda: watcher.packets[-1].timestamp != watcher.packets[0].timestamp, "nothing comes")
    source, stamp = watcher.packets[-1].ssrc, watcher.packets[-1].timestamp
    _, _, _, ssrc, seconds, fraction, reported = next(
        found for report in watcher.reports if (found := struct.unpack_from(">BBHIIII", report))[3] == source
    )
    captured_s = seconds - NTP_EPOCH_S + fraction / 2**32
    assert (ssrc, round(rig.hubs.now / 1e9 - captured_s, 4)) == (source, round((stamp - reported) / 90_000, 4))
    assert len(watcher.reports) == 2, "picture and sound each have their own"
    assert all(CNAME in report for report in watcher.reports), "players cannot tell that they belong together"


async def test_all_clients_get_the_same_packets(rig: WebRtcRig) -> None:
    """The pictures are packetized once."""
    first, other = await rig.watch(), await rig.watch()
    rig.hubs.picture(size=9000)
    await until(lambda: first.sequences[-1] == other.sequences[-1] and first.is_at_end(3), "the picture is missing")
    shared = min(len(first.packets), len(other.packets))
    assert first.packets[-shared:] == other.packets[-shared:]
    assert rig.hubs.h264.subscribers == 1


async def test_browsers_are_asked_to_show_each_picture_at_once(rig: WebRtcRig) -> None:
    """A client that offers the extension gets it in the first packet of each key frame, also when that is repeated."""
    offered = f"a=extmap:5 {playout_delay.URI}\r\n"
    browser, other = await rig.watch(attribute=offered), await rig.watch()
    assert (offered in browser.answer, "a=extmap" in other.answer) == (True, False)
    rig.hubs.picture(size=9000)
    await until(lambda: browser.is_at_end(3) and other.sequences[-1] == browser.sequences[-1], "a picture is missing")
    key_frames = [packet.payload[0] & 31 == 24 for packet in browser.packets]
    assert browser.extensions == [bytes.fromhex("bede000152000000") if is_first else b"" for is_first in key_frames]
    assert not any(other.extensions)
    browser.client.losing = 1
    rig.hubs.picture(key=True)
    await until(lambda: bool(browser.client.lost), "nothing comes")
    lost = rtp.parse(browser.client.lost[0])
    browser.tell(make_nack(1, lost.ssrc, lost.sequence))
    await until(lambda: lost.sequence in browser.sequences, "it does not come again")
    assert browser.extensions[browser.sequences.index(lost.sequence)].hex() == "bede000152000000"


async def test_a_client_that_stops_reading_skips_to_a_key_frame_and_delays_no_other(rig: WebRtcRig) -> None:
    slow, other = await rig.watch(tcp=True), await rig.watch()
    dropped = rig.traffic.of("h264", "webrtc")
    slow.client.pause()
    for _ in range(1000):
        have = len(other.packets)
        rig.hubs.picture(size=60_000)
        await until(lambda have=have: len(other.packets) - have > 50, "the other client waits")  # type: ignore[misc]
        if dropped.frames_dropped > 3:
            break
    assert dropped.frames_dropped > 3
    slow.client.resume()

    def goes_on() -> bool:
        rig.hubs.picture(key=True)  # one that comes while the connection is still full is dropped, too
        return slow.sequences[-1] == other.sequences[-1]

    await until(goes_on, "it does not go on")
    gap = next(at for at, step in enumerate(pairwise(slow.sequences)) if step[1] != step[0] + 1 & 0xFFFF)
    assert slow.packets[gap].marker, "a picture is cut"
    assert slow.packets[gap + 1].payload[0] & 31 == 24, "it goes on with no key frame"


async def test_a_client_that_leaves_with_bytes_on_their_way_ends_in_order(
    rig: WebRtcRig, caplog: pytest.LogCaptureFixture
) -> None:
    """The camera sends it what waits, and nothing more: asyncio closes a connection twice that is written to then."""
    leaving, other = await rig.watch(tcp=True), await rig.watch()
    dropped = rig.traffic.of("h264", "webrtc")
    leaving.client.pause()
    while not dropped.frames_dropped:
        have = len(other.packets)
        rig.hubs.picture(size=60_000)
        await until(lambda have=have: len(other.packets) - have > 50, "the other client waits")  # type: ignore[misc]
    leaving.client.end_sending()
    for _ in range(10):
        await asyncio.sleep(0)  # the camera reads the end
    leaving.client.read_all()
    leaving.client.close()
    rig.clients.remove(leaving.client)
    await until(lambda: rig.sessions == 1, "the session goes on")
    have = len(other.packets)
    rig.hubs.picture(key=True)
    await until(lambda: len(other.packets) > have, "the other client gets nothing")
    assert [record for record in caplog.records if record.name == "asyncio"] == []


async def test_pictures_with_few_key_frames_are_encoded_for_these_clients(rig: WebRtcRig) -> None:
    """The camera asks for a key frame first; the pictures go on until the encoder has its own."""
    watcher = await rig.watch()
    rig.hubs.h264.key_wanted.clear()
    rig.hubs.now += 4 * SECOND
    rig.hubs.picture()
    rig.later(1)
    assert rig.hubs.h264.key_wanted.is_set()
    assert not rig.encoded.subscribers
    rig.hubs.picture(key=True)  # on demand: nothing else is needed
    rig.hubs.now += 7 * SECOND
    rig.later(1)
    assert rig.encoded.subscribers
    rig.hubs.picture()
    rig.hubs.picture(key=True)
    await until(lambda: sum(packet.marker for packet in watcher.packets) == 5, "it stops")
    before = watcher.packets[-1]
    other = CameraHubs()
    other.h264, other.now = rig.encoded, rig.hubs.now
    other.picture()  # the decoder lacks its reference frames
    other.picture(key=True)
    await until(lambda: watcher.packets[-1] is not before, "the encoded pictures do not come")
    after = watcher.packets[watcher.packets.index(before) + 1]
    assert (after.ssrc, after.sequence) == (before.ssrc, before.sequence + 1 & 0xFFFF)
    assert after.payload[0] & 31 == 24, "it goes on with no key frame"
    assert not rig.hubs.h264.subscribers
    rig.later(60)
    assert not rig.sessions
