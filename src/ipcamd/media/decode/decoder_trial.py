"""Decoder trial: decodes a test picture with a decoder in hardware. Imported by media threads only."""

from functools import partial

from ipcamd.media import hardware_trial
from ipcamd.media.codecs import Codec
from ipcamd.media.decode.hardware_decoder import HardwareDecoder
from ipcamd.media.frame import Packet
from ipcamd.media.hardware_trial import MOST_WAITING, SIZE, judge_picture, make_test_picture
from ipcamd.media.stream.stream_settings import StreamSettings


def find_failure(codec: Codec, name: str) -> str:
    """Return why a decoder does not work on this computer; "" if it does."""
    return hardware_trial.find_failure(name, partial(_decode_test_pictures, codec, name))


def _decode_test_pictures(codec: Codec, name: str) -> str:
    assert codec.encoder
    encoder, decoder = codec.encoder(StreamSettings(codec, SIZE, 30, 3), 30), HardwareDecoder(name, SIZE)
    for number in range(MOST_WAITING):
        picture = make_test_picture().reformat(format=encoder.pixel_format)
        for done in encoder.encode(picture, not number):
            if shown := decoder.decode(Packet(codec, done.payload, done.key, SIZE, number)):
                return judge_picture(shown[0].frame)
    return "it returns no pictures"
