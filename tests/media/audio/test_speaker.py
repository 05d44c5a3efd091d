"""The speaker: one talker at a time, in real time, and a download of the played sound."""

import io
import wave

import pytest

from ipcamd.errors import RequestFailed
from ipcamd.media.audio.speaker import AHEAD_S, KEPT_S, QUEUE_S, Speaker
from ipcamd.media.audio.talk_turn import HOLD_S
from ipcamd.params.audio import AUDIO

SECOND = b"\x01\x02" * 8000


class Hall:
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
def hall() -> Hall:
    return Hall()


async def test_a_body_is_played_at_the_pace_of_speech(hall: Hall) -> None:
    await hall.speaker.play("anna", SECOND * 5)
    assert hall.now == pytest.approx(105 - AHEAD_S)
    assert b"".join(hall.written) == hall.heard() == SECOND * 5


async def test_pauses_are_not_made_up_for(hall: Hall) -> None:
    await hall.speaker.play("anna", SECOND)
    hall.now += 60
    await hall.speaker.play("anna", SECOND * 2)
    assert hall.now == pytest.approx(100 + 1 - AHEAD_S + 60 + 2 - AHEAD_S)


def test_packets_that_come_too_fast_are_lost(hall: Hall) -> None:
    taken = [hall.speaker.offer("anna", SECOND[:1600]) for _ in range(100)]
    assert taken == [True] * (int(QUEUE_S * 10) + 1) + [False] * (99 - int(QUEUE_S * 10))
    hall.now += 1
    assert hall.speaker.offer("anna", SECOND)


async def test_one_talks_until_two_seconds_of_silence(hall: Hall) -> None:
    assert hall.speaker.offer("anna", b"\1\0")
    assert not hall.speaker.claim("ben")
    assert not hall.speaker.offer("ben", b"\2\0")
    await hall.speaker.play("ben", b"\2\0")
    hall.now += HOLD_S - 0.01
    assert hall.speaker.talker == "anna"
    assert hall.speaker.offer("anna", b"\1\0")
    hall.now += HOLD_S
    assert hall.speaker.talker is None
    assert hall.speaker.offer("ben", b"\2\0")
    assert not hall.speaker.offer("anna", b"\1\0")
    assert hall.heard() == b"\1\0\1\0\2\0"


def test_a_finished_talk_frees_the_speaker(hall: Hall) -> None:
    hall.speaker.claim("anna")
    hall.speaker.release("ben")
    assert not hall.speaker.claim("ben")
    hall.speaker.release("anna")
    assert hall.speaker.claim("ben")


async def test_talk_is_refused_while_the_speaker_is_disabled(hall: Hall) -> None:
    hall.speaker.follow(AUDIO.values(SpeakerEnabled="no"))
    assert not hall.speaker.offer("anna", SECOND)
    with pytest.raises(RequestFailed, match="SpeakerEnabled=no"):
        await hall.speaker.play("anna", SECOND)
    hall.speaker.follow(AUDIO.values())
    assert hall.speaker.offer("anna", SECOND)
    assert hall.written == [SECOND]


async def test_an_interrupted_talker_gets_the_reason(hall: Hall) -> None:
    async def disable(seconds: float) -> None:
        hall.now += seconds
        hall.speaker.enabled = False

    hall.speaker = Speaker(hall, lambda: hall.now, disable)
    with pytest.raises(RequestFailed):
        await hall.speaker.play("anna", SECOND * 10)
    assert len(hall.heard()) < len(SECOND)


async def test_the_last_half_minute_is_kept(hall: Hall) -> None:
    for number in range(40):
        await hall.speaker.play("anna", bytes((number, 0)) * 8000)
    assert hall.heard() == b"".join(bytes((number, 0)) * 8000 for number in range(40 - KEPT_S, 40))


def test_it_closes_what_it_plays_on(hall: Hall) -> None:
    hall.speaker.close()
    assert hall.closed
    Speaker().close()
