"""Encoder trial: encodes test pictures with an encoder, and decodes them again. Imported by media threads only."""

from functools import partial

from ipcamd.media import hardware_trial
from ipcamd.media.codecs import Codec, FfmpegOptions
from ipcamd.media.decode.picture_decoder import PictureDecoder
from ipcamd.media.hardware_trial import MOST_WAITING, SIZE, judge_picture
from ipcamd.media.stream.stream_settings import StreamSettings


def find_failure(codec: Codec, options: FfmpegOptions) -> str:
    """Return why an encoder does not work on this computer; "" if it does."""
    return hardware_trial.find_failure(options.name, partial(_encode_test_pictures, codec, options))


def _encode_test_pictures(codec: Codec, options: FfmpegOptions) -> str:
    assert codec.inspector
    encoder, inspector = options(StreamSettings(codec, SIZE, 30, 3), 30), codec.inspector()
    decoder, waits = PictureDecoder(codec.decoder), True
    for number in range(MOST_WAITING):
        for done in encoder.encode(hardware_trial.make_test_picture(), not number):
            unit = inspector.inspect(done.payload)
            if unit is None or unit.obstacle or (waits and not unit.key):
                return f"its pictures cannot be used: {(unit and unit.obstacle) or 'they start without a key frame'}"
            waits = False
            if shown := decoder.decode(unit.payload):
                return judge_picture(shown[0])
    return "it returns no pictures"
