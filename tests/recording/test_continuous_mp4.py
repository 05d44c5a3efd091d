"""Continuous recording in MP4."""

import pytest
from tests.recording.fake_pipeline import general
from tests.recording.test_continuous_recorder import RecorderRig, quick, rig  # noqa: F401 - fixtures
from tests.wire.avi.avi_files import NOON, SECOND, playable, probe, seen

from ipcamd.media import codecs
from ipcamd.media.stream.hub import Hub


@pytest.mark.parametrize("sound", [None, codecs.AAC])
async def test_files_follow_one_another_without_a_gap(
    rig: RecorderRig,  # noqa: F811 - the fixture
    sound: codecs.Codec | None,
) -> None:
    rig.source_pipeline.has_audio = False
    if sound:
        rig.source_pipeline.has_audio, rig.source_pipeline.chosen_audio = True, Hub(sound)
    await general(rig.source_pipeline, FileFormat="MP4")
    await rig.start()
    await rig.show(180)
    await rig.recorder.close()
    files = sorted((rig.root / "record").glob("*.mp4"))
    assert [path.name[-10:-4] for path in files] == ["150640", "150642", "150644"]
    known = {r.name: r for r in rig.card.index}
    for number, path in enumerate(files):
        assert playable(path) == ""
        assert len(seen(path)) == 60
        assert ("audio" in probe(path)) == (sound is not None)
        recording = known[path.name]
        assert (recording.started_ns, recording.size_bytes) == (NOON + 2 * number * SECOND, path.stat().st_size)
        assert recording.ended_ns - recording.started_ns == pytest.approx(2 * SECOND, abs=SECOND // 1000)
