"""Packets of a source and their pictures."""

import numpy as np
import simplejpeg
from tests.media.scripted_source import NOON, grey, luma

from ipcamd.media import codecs
from ipcamd.media.frame import Picture
from ipcamd.media.planes import planes
from ipcamd.media.source.packet_reader import PacketReader
from ipcamd.media.source.source import Wanted

SIZE = (320, 240)


def test_a_repeated_picture_shows_nothing_that_was_drawn_into_the_first() -> None:
    data = simplejpeg.encode_jpeg_yuv_planes(*map(np.ascontiguousarray, planes(grey(90, SIZE))))
    reader = PacketReader(codecs.JPEG, lambda: Wanted(SIZE, 30, False))
    (first,) = reader.read(data, NOON)
    assert isinstance(first, Picture)
    planes(first.video)[0][:] = 0
    (again,) = reader.repeat(NOON + 1)
    assert (luma(first.video), luma(again.video)) == (0, 90)
    planes(again.video)[0][:] = 0
    (later,) = reader.repeat(NOON + 2)
    assert luma(later.video) == 90
    assert (again.captured_ns, later.captured_ns) == (NOON + 1, NOON + 2)
