"""Audio decoder: samples from the frames of a sound track."""

from collections.abc import Iterable, Iterator
from typing import Any

import av
import numpy as np
from av.codec.context import CodecContext
from av.error import FFmpegError
from numpy.typing import NDArray

from ipcamd.media.source.convert import AudioConverter
from ipcamd.media.source.network.rtsp.media_tracks import AudioPayload


class AudioDecoder:
    """Decoder of one track, for one run of sound without a gap. For one thread."""

    def __init__(self, sound: AudioPayload) -> None:
        context: Any = CodecContext.create(sound.decoder, "r")
        context.sample_rate = sound.rate_hz
        context.layout = "mono" if sound.channels == 1 else "stereo" if sound.channels == 2 else f"{sound.channels}c"
        if sound.extra_data:
            context.extradata = sound.extra_data
        self._context, self._converter = context, AudioConverter()

    def decode(self, frames: Iterable[bytes]) -> Iterator[NDArray[np.int16]]:
        """Yield the samples of frames (see `AudioConverter.convert`); none of a damaged one."""
        for data in frames:
            try:
                sounds = self._context.decode(av.Packet(data))
            except FFmpegError:
                continue
            for sound in sounds:
                yield from self._converter.convert(sound)
