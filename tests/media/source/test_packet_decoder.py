"""Decoding of a source's packets: no more than is wanted, from any moment on."""

from collections.abc import Sequence

from tests.media.encoded import h264
from tests.media.scripted_source import NOON, SECOND, luma

from ipcamd.media import codecs
from ipcamd.media.frame import Packet
from ipcamd.media.source.packet_decoder import CATCH_UP, PacketDecoder
from ipcamd.media.source.source import Wanted
from ipcamd.media.stream.gop_cache import MAX_FRAMES

SIZE = (320, 240)
ALL = Wanted(SIZE, 30, False, decoded_rate=30)
NOTHING = Wanted(SIZE, 30, False, decoded_rate=0)
KEYS = Wanted(SIZE, 30, False, decoded_rate=15, keys_suffice=True)


def packets(payloads: Sequence[bytes], gop: int) -> list[Packet]:
    return [
        Packet(codecs.H264, payload, number % gop == 0, SIZE, NOON + number * SECOND // 30)
        for number, payload in enumerate(payloads)
    ]


def test_decoding_begins_amid_a_group_with_the_present_picture() -> None:
    decoder, sent = PacketDecoder(codecs.H264, SIZE), packets(h264(60, gop=60), 60)
    assert not any(decoder.decode(packet, NOTHING) for packet in sent[:30])
    counts = [len(frames := decoder.decode(packet, ALL)) for packet in sent[30:]]
    # of 31 packets that waited, and of those that come meanwhile, `CATCH_UP` are decoded at a time
    behind = next(n for n in range(60) if 31 + n <= CATCH_UP * (n + 1))
    assert counts == [0] * behind + [1] * (30 - behind)
    whole = PacketDecoder(codecs.H264, SIZE)
    assert luma(frames[0].frame) == luma([whole.decode(packet, ALL)[0].frame for packet in sent][-1])


def test_decoding_continues_after_a_pause() -> None:
    decoder, sent = PacketDecoder(codecs.H264, SIZE), packets(h264(30, gop=30), 30)
    assert all(decoder.decode(packet, ALL) for packet in sent[:10])
    assert not any(decoder.decode(packet, NOTHING) for packet in sent[10:15])
    assert len(decoder.decode(sent[15], ALL)) == 1


def test_key_frames_suffice_if_they_come_once_a_second() -> None:
    decoder, often = PacketDecoder(codecs.H264, SIZE), packets(h264(120, gop=30), 30)
    seen = [number for number, packet in enumerate(often) if decoder.decode(packet, KEYS)]
    assert seen == [*range(31), 60, 90]
    decoder, seldom = PacketDecoder(codecs.H264, SIZE), packets(h264(120, gop=60), 60)
    assert all(decoder.decode(packet, KEYS) for packet in seldom)


def test_an_endless_group_is_dropped() -> None:
    decoder, sent = (
        PacketDecoder(codecs.H264, SIZE),
        packets(h264(MAX_FRAMES + 20, gop=MAX_FRAMES + 10), MAX_FRAMES + 10),
    )
    assert not any(decoder.decode(packet, NOTHING) for packet in sent[: MAX_FRAMES + 2])
    assert not decoder._waiting.packets[1:]
    assert all(decoder.decode(packet, ALL) for packet in sent[MAX_FRAMES + 10 :])
