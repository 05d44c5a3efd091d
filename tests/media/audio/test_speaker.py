"""The speaker: one talker at a time, in real time, and a download of the played sound."""

import io
import wave

import pytest

from ipcamd.errors import RequestFailed
from ipcamd.media.audio.speaker import AHEAD_S, KEPT_S, QUEUE_S, Speaker
from ipcamd.media.audio.talk_turn import HOLD_S
from ipcamd.params.audio import AUDIO

SECOND = b"\x01\x02" * 8000


class SpeakerRig:
    """Speaker with simulated time, which advances while the speaker sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.written: list[bytes] = []
        self.closed = False
        self.speaker = Speaker(self, lambda: self.now, self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def write(self, samples: bytes) -> None:
        self.written.append(samples)

    def close(self) -> None:
        self.closed = True

    def heard(self) -> bytes:
        with wave.open(io.BytesIO(self.speaker.wav())) as file:
            return file.readframes(1 << 20)


@pytest.fixture
def rig() -> SpeakerRig:
    return SpeakerRig()


async def test_a_body_is_played_at_the_pace_of_speech(rig: SpeakerRig) -> None:
    await rig.speaker.play("anna", SECOND * 5)
    assert rig.now == pytest.approx(105 - AHEAD_S)
    assert b"".join(rig.written) == rig.heard() == SECOND * 5


async def test_pauses_are_not_made_up_for(rig: SpeakerRig) -> None:
    await rig.speaker.play("anna", SECOND)
    rig.now += 60
    await rig.speaker.play("anna", SECOND * 2)
    assert rig.now == pytest.approx(100 + 1 - AHEAD_S + 60 + 2 - AHEAD_S)


def test_packets_that_come_too_fast_are_lost(rig: SpeakerRig) -> None:
    taken = [rig.speaker.offer("anna", SECOND[:1600]) for _ in range(100)]
    assert taken == [True] * (int(QUEUE_S * 10) + 1) + [False] * (99 - int(QUEUE_S * 10))
    rig.now += 1
    assert rig.speaker.offer("anna", SECOND)


async def test_one_talks_until_two_seconds_of_silence(rig: SpeakerRig) -> None:
    assert rig.speaker.offer("anna", b"\1\0")
    assert not rig.speaker.claim("ben")
    assert not rig.speaker.offer("ben", b"\2\0")
    await rig.speaker.play("ben", b"\2\0")
    rig.now += HOLD_S - 0.01
    assert rig.speaker.talker == "anna"
    assert rig.speaker.offer("anna", b"\1\0")
    rig.now += HOLD_S
    assert rig.speaker.talker is None
    assert rig.speaker.offer("ben", b"\2\0")
    assert not rig.speaker.offer("anna", b"\1\0")
    assert rig.heard() == b"\1\0\1\0\2\0"


def test_a_finished_talk_frees_the_speaker(rig: SpeakerRig) -> None:
    rig.speaker.claim("anna")
    rig.speaker.release("ben")
    assert not rig.speaker.claim("ben")
    rig.speaker.release("anna")
    assert rig.speaker.claim("ben")


async def test_talk_is_refused_while_the_speaker_is_disabled(rig: SpeakerRig) -> None:
    rig.speaker.follow(AUDIO.values(SpeakerEnabled="no"))
    assert not rig.speaker.offer("anna", SECOND)
    with pytest.raises(RequestFailed, match="SpeakerEnabled=no"):
        await rig.speaker.play("anna", SECOND)
    rig.speaker.follow(AUDIO.values())
    assert rig.speaker.offer("anna", SECOND)
    assert rig.written == [SECOND]


async def test_an_interrupted_talker_gets_the_reason(rig: SpeakerRig) -> None:
    async def disable(seconds: float) -> None:
        rig.now += seconds
        rig.speaker.enabled = False

    rig.speaker = Speaker(rig, lambda: rig.now, disable)
    with pytest.raises(RequestFailed):
        await rig.speaker.play("anna", SECOND * 10)
    assert len(rig.heard()) < len(SECOND)


async def test_the_last_half_minute_is_kept(rig: SpeakerRig) -> None:
    for number in range(40):
        await rig.speaker.play("anna", bytes((number, 0)) * 8000)
    assert rig.heard() == b"".join(bytes((number, 0)) * 8000 for number in range(40 - KEPT_S, 40))


def test_it_closes_what_it_plays_on(rig: SpeakerRig) -> None:
    rig.speaker.close()
    assert rig.closed
    Speaker().close()
