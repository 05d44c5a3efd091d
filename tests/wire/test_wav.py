"""WAV files, read by Python's own reader."""

import io
import wave

import pytest

from ipcamd.wire.wav import wav


@pytest.mark.parametrize("samples", [b"", b"\x01\x02" * 100])
def test_a_file_reads_back(samples: bytes) -> None:
    with wave.open(io.BytesIO(wav(samples, 8000))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.readframes(1000) == samples
