"""Clips: length, content, start and requesters."""

from pathlib import Path

import av
import pytest
from tests.recording.clip_rig import ClipRig
from tests.recording.fake_pipeline import general
from tests.wire.avi.avi_files import NOON, SECOND, playable, probe, times

from ipcamd.errors import StoreError
from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.recording import clip_capture, clip_recorder
from ipcamd.storage.disk import Disk, FileEntry

FRAME = SECOND // 30


@pytest.mark.parametrize(("codec", "name"), [(codecs.H264, "h264"), (codecs.MPEG4, "mpeg4")], ids=["h264", "mpeg4"])
@pytest.mark.parametrize(("pre", "post"), [(0, 1), (2, 1), (5, 5)])
@pytest.mark.parametrize("begin", [200, 217])
async def test_a_clip_lasts_from_before_the_event_until_after_it(
    rig: ClipRig, codec: codecs.Codec, name: str, pre: int, post: int, begin: int
) -> None:
    source_pipeline = rig.source_pipeline
    source_pipeline.codec = codec
    await general(source_pipeline, EncodeFormat=name.upper(), PreEvent=str(pre), PostEvent=str(post))
    rig.clips.arm(True)
    source_pipeline.show(begin)
    moment = source_pipeline.now_ns()
    task = await rig.begin()
    source_pipeline.show(30 * post + 5)
    (material,) = await task
    found = probe(material.path)
    assert found["video"]["codec_name"] == name
    assert float(str(found["format"]["duration"])) == pytest.approx(pre + post, abs=1 / 30)
    assert int(str(found["audio"]["nb_frames"])) / 8000 == pytest.approx(pre + post, abs=0.045)
    assert (material.started_ns, material.ended_ns) == (
        moment - pre * SECOND,
        pytest.approx(moment + post * SECOND, abs=FRAME),
    )
    assert material.name == f"ipcamd-{source_pipeline.local(material.started_ns):%m%d%Y-%H%M%S}.avi"
    assert str(found["format"]["tags"]["date"]).startswith(
        f"{source_pipeline.local(material.started_ns):%Y-%m-%dT%H:%M:%S}"
    )  # type: ignore[index]
    assert material.content_type == "video/x-msvideo"
    assert material.path.is_file()
    if codec is codecs.H264:
        assert playable(material.path) == ""


async def test_pictures_and_sound_are_in_step(rig: ClipRig) -> None:
    """Each picture from a second after the beginning on is shown at its own time, and so is the sound."""
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="3", PostEvent="2")
    rig.clips.arm(True)
    source_pipeline.show(217)
    task = await rig.begin()
    source_pipeline.show(70)
    (material,) = await task
    shown = times(material.path)
    count = round((material.ended_ns - material.started_ns) / FRAME)
    late = [(material.ended_ns - material.started_ns - (count - n) * FRAME) / SECOND for n in range(count)]
    assert shown[-90:] == pytest.approx(late[-90:], abs=1 / 60)
    with av.open(str(material.path)) as container:
        samples = b"".join(bytes(packet) for packet in container.demux(audio=0))
    # the value of each sample is the second of its capture
    for at in range(0, len(samples) - 320, 320):
        captured_ns = material.started_ns + at * SECOND // 8000
        assert samples[at + 160] in {(captured_ns + slack) // SECOND % 100 for slack in (-40_000_000, 0, 40_000_000)}


async def test_the_pictures_are_the_stream_s_own(rig: ClipRig) -> None:
    """The clip contains the pictures of the stream's viewers, without another encoding."""
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="1", PostEvent="1")
    rig.clips.arm(True)
    sent: list[bytes] = []

    def see(frame: EncodedFrame) -> None:
        sent.append(frame.payload)

    source_pipeline.h264.subscribe(see)
    source_pipeline.show(100)
    task = await rig.begin()
    source_pipeline.show(40)
    (material,) = await task
    with av.open(str(material.path)) as container:
        kept = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    start = sent.index(kept[0])
    source_pipeline.h264.unsubscribe(see)
    assert kept == sent[start : start + len(kept)]
    assert len(kept) > 60


async def test_jpeg_gives_a_picture_each_second_and_one_at_the_event(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    source_pipeline.codec = codecs.JPEG
    await general(source_pipeline, FileFormat="JPEG", EncodeFormat="JPEG", PreEvent="2", PostEvent="3")
    rig.clips.arm(True)
    source_pipeline.show(200)
    moment = source_pipeline.now_ns()
    task = await rig.begin()
    source_pipeline.show(100)
    materials = await task
    assert [material.started_ns - moment for material in materials] == pytest.approx(
        [n * SECOND for n in range(-2, 3)], abs=FRAME
    )
    assert moment in [material.started_ns for material in materials]
    assert len({material.name for material in materials}) == 5
    assert all(material.name.endswith(".jpg") and material.content_type == "image/jpeg" for material in materials)
    assert all(material.path.read_bytes()[:2] == b"\xff\xd8" for material in materials)


@pytest.mark.parametrize("file_format", ["AVI", "JPEG"])
async def test_a_capture_of_no_length_holds_the_event_itself(rig: ClipRig, file_format: str) -> None:
    source_pipeline = rig.source_pipeline
    source_pipeline.codec = codecs.JPEG if file_format == "JPEG" else codecs.H264
    encode = "JPEG" if file_format == "JPEG" else "H264"
    await general(source_pipeline, FileFormat=file_format, EncodeFormat=encode, PreEvent="0", PostEvent="0")
    rig.clips.arm(True)
    source_pipeline.show(75)
    task = await rig.begin()
    source_pipeline.show(10)
    (material,) = await task
    assert material.started_ns == NOON + 75 * FRAME + 25
    assert playable(material.path) == ""


async def test_further_events_prolong_a_clip(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="1", PostEvent="2")
    rig.clips.arm(True)
    source_pipeline.show(60)
    begin = source_pipeline.now_ns()
    first = await rig.begin()
    for _ in range(3):
        source_pipeline.show(45)
        assert await (await rig.begin()) == []
    source_pipeline.show(65)
    (material,) = await first
    assert material.started_ns == begin - SECOND
    assert material.ended_ns == pytest.approx(begin + 3 * 1.5 * SECOND + 2 * SECOND, abs=FRAME)
    assert float(str(probe(material.path)["format"]["duration"])) == pytest.approx(1 + 4.5 + 2, abs=1 / 30)


async def test_a_clip_is_bounded_and_the_next_event_begins_another(
    rig: ClipRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_recorder, "MAX_CLIP_LENGTH_NS", 4 * SECOND)
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="1", PostEvent="2")
    rig.clips.arm(True)
    source_pipeline.show(60)
    first = await rig.begin()
    source_pipeline.show(30)
    assert await (await rig.begin()) == []
    source_pipeline.show(30)
    second = await rig.begin()
    assert not second.done()
    source_pipeline.show(70)
    (one,), (other,) = await first, await second
    assert one.ended_ns - one.started_ns == pytest.approx(4 * SECOND, abs=FRAME)
    assert other.ended_ns - other.started_ns == pytest.approx(3 * SECOND, abs=FRAME)
    assert other.path != one.path


async def test_schedules_share_the_clip_of_an_event(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="0", PostEvent="1")
    rig.clips.arm(True)
    source_pipeline.show(60)
    event = rig.event()
    tasks = [await rig.begin(name, event) for name in "abc"]
    source_pipeline.show(40)
    materials = [(await task)[0] for task in tasks]
    assert [material.schedule for material in materials] == ["a", "b", "c"]
    assert len({material.path for material in materials}) == 1


async def test_an_unarmed_camera_begins_at_the_event(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="5", PostEvent="1")
    source_pipeline.show(57)
    assert source_pipeline.h264.subscribers == 0
    task = await rig.begin()
    source_pipeline.show(70)
    (material,) = await task
    # the first key frame came with picture 60
    assert material.started_ns == NOON + 2 * SECOND
    assert playable(material.path) == ""


async def test_a_ring_that_was_armed_just_now_gives_what_it_has(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="5", PostEvent="1")
    rig.clips.arm(True)
    source_pipeline.show(30)
    task = await rig.begin()
    source_pipeline.show(40)
    (material,) = await task
    assert (material.started_ns, material.ended_ns) == (NOON, pytest.approx(NOON + 2 * SECOND, abs=FRAME))


async def test_only_an_armed_camera_keeps_the_encoder_running(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    rig.clips.arm(True)
    assert (source_pipeline.h264.subscribers, source_pipeline.sound.subscribers) == (1, 1)  # type: ignore[union-attr]
    await general(source_pipeline, EncodeFormat="MPEG4")
    assert (source_pipeline.h264.subscribers, source_pipeline.mpeg4.subscribers) == (0, 1)
    await general(source_pipeline, FileFormat="JPEG", EncodeFormat="JPEG")
    assert (source_pipeline.mpeg4.subscribers, source_pipeline.mjpeg.subscribers) == (0, 1)
    rig.clips.arm(False)
    assert source_pipeline.mjpeg.subscribers == 0


async def test_without_a_microphone_there_is_no_sound(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    source_pipeline.has_audio = False
    await general(source_pipeline, PreEvent="1", PostEvent="1")
    rig.clips.arm(True)
    source_pipeline.show(60)
    task = await rig.begin()
    source_pipeline.show(40)
    (material,) = await task
    assert "audio" not in probe(material.path)


async def test_an_end_saves_what_there_is_and_no_more(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="1", PostEvent="5")
    rig.clips.arm(True)
    source_pipeline.show(60)
    task = await rig.begin()
    source_pipeline.show(10)
    await rig.clips.close()
    (material,) = await task
    assert playable(material.path) == ""
    assert material.ended_ns - material.started_ns == pytest.approx(SECOND + 10 * FRAME, abs=FRAME)
    assert float(str(probe(material.path)["format"]["duration"])) == pytest.approx(1 + 10 / 30, abs=1 / 30)


async def test_a_clip_of_too_many_bytes_ends_where_its_pictures_end(
    rig: ClipRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="0", PostEvent="5")
    rig.clips.arm(True)
    source_pipeline.show(61)  # from the last key frame to the event there is one picture only
    monkeypatch.setattr(clip_capture, "MAX_CLIP_BYTES", 1)
    task = await rig.begin()
    source_pipeline.show(30)
    (material,) = await task
    assert material.ended_ns - material.started_ns <= 3 * FRAME
    assert float(str(probe(material.path)["format"]["duration"])) <= 3 / 30


async def test_an_event_during_privacy_gets_no_clip(rig: ClipRig) -> None:
    rig.clips.suspended = True
    with pytest.raises(StoreError, match=r"^privacy is switched on$"):
        await rig.take(rig.event(), "s")
    assert rig.source_pipeline.h264.subscribers == 0


async def test_no_picture_no_clip(rig: ClipRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_capture.ClipCapture, "PICTURE_TIMEOUT_S", -5.0)
    with pytest.raises(StoreError, match="no picture was received"):
        await rig.take(rig.event(), "s")


async def test_a_full_disk_is_reported_and_leaves_nothing(rig: ClipRig, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="0", PostEvent="1")
    rig.clips.arm(True)
    source_pipeline.show(60)
    monkeypatch.setattr("os.fsync", full)
    task = await rig.begin()
    source_pipeline.show(40)
    with pytest.raises(StoreError, match=r"could not be written: No space left on device$"):
        await task
    assert list(rig.folder.iterdir()) == []


async def test_pictures_written_before_the_disk_is_full_are_delivered(
    rig: ClipRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, add_content = iter(range(2)), Disk.add_content

    def add_two(disk: Disk, folder: str, name: str, content: bytes) -> FileEntry:
        if next(room, None) is None:
            raise OSError(28, "No space left on device")
        return add_content(disk, folder, name, content)

    source_pipeline = rig.source_pipeline
    source_pipeline.codec = codecs.JPEG
    await general(source_pipeline, FileFormat="JPEG", EncodeFormat="JPEG", PreEvent="0", PostEvent="3")
    monkeypatch.setattr(Disk, "add_content", add_two)
    task = await rig.begin()
    source_pipeline.show(130)
    assert [file.path.is_file() for file in await task] == [True, True]


async def test_clips_do_not_pile_up(rig: ClipRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig.clips._store, "_max_bytes", 1)
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="0", PostEvent="1")
    for _ in range(3):
        rig.clips.arm(True)
        source_pipeline.show(60)
        task = await rig.begin()
        source_pipeline.show(40)
        (material,) = await task
    assert list(rig.folder.rglob("*.avi")) == [material.path]


async def test_two_pictures_of_one_second_have_two_names(rig: ClipRig) -> None:
    """Pictures come when they come: at 1.05 s and then at 1.95 s, for example."""
    source_pipeline = rig.source_pipeline
    source_pipeline.codec = codecs.JPEG
    await general(source_pipeline, FileFormat="JPEG", EncodeFormat="JPEG", PreEvent="0", PostEvent="2")
    rig.clips.arm(True)
    source_pipeline.show(58)
    task = await rig.begin()  # at 58/30 s
    source_pipeline.number += 3
    source_pipeline.show(1)  # at 2.03 s; the next is due at 2.93 s
    source_pipeline.number += 26
    source_pipeline.show(1)  # at 2.93 s
    source_pipeline.show(60)
    materials = await task
    assert len({material.name for material in materials}) == len(materials) >= 2
    assert [(m.started_ns - NOON) // SECOND for m in materials][:2] == [2, 2]


async def test_files_of_an_earlier_run_are_deleted(tmp_path: Path, rig: ClipRig) -> None:
    (rig.folder / "7").mkdir()
    (rig.folder / "7" / "old.avi").write_bytes(b"x")
    await rig.clips.start()
    assert list(rig.folder.iterdir()) == []
