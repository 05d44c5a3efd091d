"""Sound over RTP: payloads, their lengths in time stamps, and format parameters."""

import av
import numpy as np
import pytest

from ipcamd.wire.packetize import aac, g711, opus
from ipcamd.wire.packetize.payload_format import PayloadFormat
from ipcamd.wire.rtp.rtp import ROOM


@pytest.mark.parametrize("form", [g711.PCMU, g711.PCMA])
def test_g711_lasts_a_tick_a_byte(form: PayloadFormat) -> None:
    pieces = form.payloads(b"a" * (ROOM + 160))
    assert [form.ticks(p) for p in pieces] == [ROOM, 160]


def test_aac_has_the_length_of_its_frame_before_it() -> None:
    (payload,) = aac.FORMAT.payloads(b"f" * 300)
    assert payload == bytes((0, 16, 300 >> 5, (300 << 3) & 0xFF)) + b"f" * 300
    assert aac.FORMAT.ticks(payload) == 1024
    fields = dict(each.split("=", 1) for each in aac.FORMAT.parameters(b"").split(";"))
    assert (fields["mode"], fields["sizelength"], fields["indexlength"]) == ("AAC-hbr", "13", "3")
    assert fields["config"].startswith("1408")  # AAC-LC, 16000 Hz, one channel


@pytest.mark.parametrize("form", [aac.FORMAT, opus.FORMAT])
def test_a_frame_that_fits_no_packet_is_left_out(form: PayloadFormat) -> None:
    assert len(form.payloads(b"x" * (ROOM - 4))) == 1
    with pytest.raises(ValueError, match="bytes"):
        form.payloads(b"x" * (ROOM + 1))


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("application", ["voip", "audio", "lowdelay"])
@pytest.mark.parametrize("duration_ms", [2.5, 5, 10, 20, 40, 60])
def test_the_duration_of_opus_packets(rate: int, application: str, duration_ms: float) -> None:
    context = av.CodecContext.create("libopus", "w")
    assert isinstance(context, av.AudioCodecContext)
    context.sample_rate, context.layout, context.format = rate, "mono", "s16"
    context.options = {"application": application, "frame_duration": f"{duration_ms:g}"}
    count = int(rate * duration_ms / 1000)
    packets = []
    for number in range(4):
        wave = (8000 * np.sin(np.arange(number * count, (number + 1) * count) / 7)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts = rate, number * count
        packets += context.encode(frame)
    assert packets
    assert {opus.FORMAT.ticks(bytes(packet)) for packet in packets} == {int(48 * duration_ms)}
    assert opus.FORMAT.encoding == "opus/48000/2"


def test_opus_of_several_frames_in_a_packet() -> None:
    silk_20_ms = 1 << 3
    assert opus.duration(bytes((silk_20_ms | 1, 0))) == opus.duration(bytes((silk_20_ms | 2, 0))) == 2 * 960
    assert opus.duration(bytes((silk_20_ms | 3, 3))) == 3 * 960
    assert opus.duration(b"") == opus.duration(bytes((silk_20_ms | 3,))) == 0
