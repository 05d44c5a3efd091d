"""Replay of files on a card: start, order of frames, and marks of gaps and ends."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.storage.conftest import CardSlot
from tests.storage.replay.recorded import lay
from tests.wire.avi.avi_files import NOON, SECOND, SIZE, pictures
from tests.wire.mp4.mp4_files import SILENCE

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.container_format import Mp4Container
from ipcamd.storage.recording import Recording
from ipcamd.storage.recording_file import RecordingFile
from ipcamd.storage.replay.catalog import TRACKS, ReplayCatalog, track_spans
from ipcamd.storage.replay.cursor import ReplayCursor, ReplayRange, StoredFrame
from ipcamd.wire.avi.layout import AviFormat
from ipcamd.wire.avi.writer import AviWriter


@pytest.fixture
async def catalog(slot: CardSlot) -> AsyncIterator[ReplayCatalog]:
    """Two files that follow each other, a gap, and one more."""
    for second in (0, 2, 10):
        lay(slot, second)
    yield ReplayCatalog(await slot.start())


async def replay(
    catalog: ReplayCatalog, wanted: ReplayRange, tracks: tuple[codecs.Codec, ...] = TRACKS
) -> list[StoredFrame]:
    cursor = ReplayCursor(catalog, tracks, wanted)
    try:
        async with asyncio.timeout(30):
            return [frame async for frame in cursor.frames()]
    finally:
        await cursor.close()


def seconds(frames: list[StoredFrame]) -> list[float]:
    return [round((frame.entry.time_ns - NOON) / SECOND, 2) for frame in frames]


def of(frames: list[StoredFrame], codec: codecs.Codec) -> list[StoredFrame]:
    return [frame for frame in frames if frame.entry.codec is codec]


ALL = ReplayRange(0, NOON + 100 * SECOND)


async def test_all_frames_come_in_order_with_their_times(catalog: ReplayCatalog) -> None:
    frames = await replay(catalog, ALL)
    shown, heard = of(frames, codecs.H264), of(frames, codecs.ULAW)
    assert len(shown) == 180
    assert [frame.payload for frame in shown[:60]] == [picture.payload for picture in pictures(codecs.H264, 60)]
    assert seconds(shown)[::30] == [0, 1, 2, 3, 10, 11]
    assert [frame.entry.is_key for frame in shown[:61:30]] == [True, True, True]
    assert sum(len(frame.payload) for frame in heard) == pytest.approx(6 * 8000, abs=500)
    assert [frames.index(each) for each in heard[:3]] == sorted(frames.index(each) for each in heard[:3])
    assert max(abs(a - b) for a, b in zip(seconds(shown), seconds(heard), strict=True)) < 0.1


async def test_gaps_and_the_end_are_marked_on_each_track(catalog: ReplayCatalog) -> None:
    frames = await replay(catalog, ALL)
    for codec in (codecs.H264, codecs.ULAW):
        track = of(frames, codec)
        assert [number for number, frame in enumerate(track) if frame.ends_section] == [119, 179]
        assert [number for number, frame in enumerate(track) if frame.is_last] == [179]


@pytest.mark.parametrize(
    ("start_s", "begins_s", "ends_s"),
    [
        (0.0, 0.0, 3.0),
        (1.5, 1.0, 3.0),
        (1.0, 1.0, 3.0),
        (-5.0, 0.0, 2.5),
        (6.0, 10.0, 11.0),
        (3.9, 3.0, 10.4),
    ],
)
async def test_a_range_begins_with_the_key_frame_before_it(
    catalog: ReplayCatalog, start_s: float, begins_s: float, ends_s: float
) -> None:
    wanted = ReplayRange(round(NOON + start_s * SECOND), round(NOON + ends_s * SECOND))
    frames = await replay(catalog, wanted)
    shown = of(frames, codecs.H264)
    assert seconds(shown)[0] == begins_s
    assert shown[0].entry.is_key
    assert ends_s - 0.04 < seconds(shown)[-1] <= ends_s
    assert [frame.is_last for frame in shown[-2:]] == [False, True]
    cursor = ReplayCursor(catalog, TRACKS, wanted)
    assert await cursor.first_ns() == frames[0].entry.time_ns
    await cursor.close()


async def test_nothing_is_after_the_end(catalog: ReplayCatalog) -> None:
    wanted = ReplayRange(NOON + 50 * SECOND, NOON + 60 * SECOND)
    cursor = ReplayCursor(catalog, TRACKS, wanted)
    assert await cursor.first_ns() is None
    assert [frame async for frame in cursor.frames()] == []


async def test_it_goes_on_where_it_paused(catalog: ReplayCatalog) -> None:
    frames = await replay(catalog, ALL)
    sent = {frame.entry.codec: frame.entry.time_ns for frame in frames[:51]}
    rest = await replay(catalog, replace(ALL, start_ns=min(sent.values()), sent_ns=sent))
    assert [frame.entry for frame in (*frames[:51], *rest)] == [frame.entry for frame in frames]


async def test_key_frames_alone_at_a_distance(catalog: ReplayCatalog) -> None:
    frames = await replay(catalog, replace(ALL, intra_only=True))
    assert seconds(frames) == [0, 1, 2, 3, 10, 11]
    frames = await replay(catalog, replace(ALL, intra_only=True, interval_ns=2 * SECOND))
    assert seconds(frames) == [0, 2, 10]


async def test_backwards_group_by_group_without_sound(catalog: ReplayCatalog) -> None:
    wanted = ReplayRange(round(NOON + 10.5 * SECOND), round(NOON + 1.2 * SECOND), is_reverse=True)
    frames = await replay(catalog, wanted)
    assert {frame.entry.codec for frame in frames} == {codecs.H264}
    assert [moment for moment, frame in zip(seconds(frames), frames, strict=True) if frame.begins_group] == [
        10,
        3,
        2,
        1,
    ]
    assert seconds(frames)[:3] == [10, 10.03, 10.07]
    assert [frame.is_last for frame in frames][-2:] == [False, True]
    first_group = [frame for frame in frames if seconds([frame])[0] >= 10]
    assert [frame.ends_section for frame in first_group] == [False] * 15 + [True]


async def test_a_file_that_is_deleted_is_left_out_and_one_that_is_open_goes_on(catalog: ReplayCatalog) -> None:
    cursor = ReplayCursor(catalog, TRACKS, ALL)
    frames = cursor.frames()
    times = [(await anext(frames)).entry.time_ns]
    await catalog.card.delete(*list(catalog.card.index)[:2])
    times += [frame.entry.time_ns async for frame in frames]
    await cursor.close()
    found = {(moment - NOON) // SECOND for moment in times}
    assert found == {0, 1, 10, 11}


async def test_a_removed_card_ends_the_replay(catalog: ReplayCatalog) -> None:
    cursor = ReplayCursor(catalog, TRACKS, ReplayRange(0))
    frames = cursor.frames()
    await anext(frames)
    catalog.card.insert(False)
    async with asyncio.timeout(30):
        rest = [frame async for frame in frames]
    assert len(rest) < 200
    await cursor.close()


async def test_another_codec_is_another_track(catalog: ReplayCatalog, slot: CardSlot) -> None:
    path = lay(slot, 20, codecs.MPEG4)
    await catalog.card.rescan("record", path.name)
    spans = track_spans(await catalog.sections())
    assert [span.codec for span in spans] == [codecs.MPEG4, codecs.H264, codecs.ULAW]
    assert [(span.first_ns - NOON) // SECOND for span in spans] == [20, 0, 0]
    assert [(span.last_ns - NOON) // SECOND for span in spans] == [22, 12, 22]
    assert seconds(await replay(catalog, ALL, (codecs.MPEG4,)))[0] == 20


@pytest.mark.parametrize("codec", [codecs.H264, codecs.H265])
async def test_mp4_is_replayed_like_avi(slot: CardSlot, codec: codecs.Codec) -> None:
    lay(slot, 0, codec, mp4=True)
    catalog = ReplayCatalog(await slot.start())
    (section,) = await catalog.sections()
    assert section.codecs == (codec, codecs.AAC)
    assert section.format.rate == 30
    assert section.format.parameters == codec.rtp_format.parameters(pictures(codec, 60)[0].payload)
    frames = await replay(catalog, ALL)
    shown, heard = of(frames, codec), of(frames, codecs.AAC)
    payloads = [codec.rtp_format.payloads(frame.payload) for frame in shown]
    assert payloads == [codec.rtp_format.payloads(picture.payload) for picture in pictures(codec, 60)]
    assert seconds(shown) == [round(number / 30, 2) for number in range(60)]
    assert [number for number, frame in enumerate(shown) if frame.entry.is_key] == [0, 30]
    assert {frame.payload for frame in heard} == {SILENCE[codecs.AAC]}
    assert seconds(heard)[:3] == [0, 0.06, 0.13]
    late = await replay(catalog, replace(ALL, start_ns=NOON + 1_500_000_000))
    assert seconds(of(late, codec))[0] == 1
    assert shown[-1].is_last


async def test_a_growing_mp4_recording_is_replayed(slot: CardSlot) -> None:
    card = await slot.start()
    assert card.disk
    shown = pictures(codecs.H264, 90)
    container = Mp4Container(None)
    writer = container.make_writer(EncodedFrame(codecs.H264, shown[0].payload, True, NOON, 0, SIZE, 30))
    file = RecordingFile(card.disk, "record", "ipcamd", writer, datetime.fromtimestamp(NOON / SECOND, UTC))

    def write(first: int, last: int) -> None:
        for picture in shown[first:last]:
            file.add_picture(picture.payload, picture.key, picture.captured_ns)
        file.flush()
        card.update_recording(file.state())

    write(0, 40)
    cursor = ReplayCursor(ReplayCatalog(card), TRACKS, ReplayRange(NOON))
    frames = cursor.frames()
    async with asyncio.timeout(30):
        seen = [await anext(frames) for _ in range(29)]
        write(40, 70)
        seen += [await anext(frames) for _ in range(30)]
        write(70, 90)
        closed = file.close()
        assert closed
        await card.add_recordings(closed)
        seen += [await anext(frames) for _ in range(31)]
    await frames.aclose()
    await cursor.close()
    assert seconds(seen) == [round(number / 30, 2) for number in range(90)]
    assert [frame.ends_section for frame in seen] == [False] * 89 + [True]


async def test_a_growing_recording_is_replayed(slot: CardSlot) -> None:
    card = await slot.start()
    catalog = ReplayCatalog(card)
    assert card.disk
    form, began = AviFormat("H264", (160, 120), 30, False), datetime.fromtimestamp(NOON / SECOND, UTC)
    file = RecordingFile(card.disk, "record", "ipcamd", AviWriter(form, began, NOON), began)
    shown = pictures(codecs.H264, 60)

    def write(first: int, last: int) -> None:
        for picture in shown[first:last]:
            file.add_picture(picture.payload, picture.key, picture.captured_ns)
        file.flush()
        card.update_recording(file.state())

    write(0, 40)
    cursor = ReplayCursor(catalog, TRACKS, ReplayRange(NOON))
    frames = cursor.frames()
    async with asyncio.timeout(30):
        seen = [await anext(frames) for _ in range(39)]
        write(40, 60)
        seen += [await anext(frames) for _ in range(20)]
        closed = file.close()
        assert closed
        await card.add_recordings(closed)
        seen.append(await anext(frames))
    await frames.aclose()
    await cursor.close()
    assert [frame.payload for frame in seen] == [picture.payload for picture in shown]
    assert [frame.ends_section for frame in seen] == [False] * 59 + [True]


async def test_a_file_without_an_index_is_read_too(slot: CardSlot) -> None:
    card = await slot.start()
    path = lay(slot, 0, closed=False)
    catalog = ReplayCatalog(card)
    size = path.stat().st_size
    card.index.put(Recording("record", path.name, size, 1, NOON, NOON + 2 * SECOND))
    assert len(of(await replay(catalog, ALL), codecs.H264)) == 60
