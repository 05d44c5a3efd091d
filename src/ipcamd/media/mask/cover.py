"""Covering of masked places in the planes of a picture. Imported by media threads only: it imports numpy and PyAV."""

from collections.abc import Iterable
from math import ceil

import av
import numpy as np

from ipcamd.media.mask.mask import Mask
from ipcamd.media.planes import GREY, Plane, planes

_SAMPLES = 8
"""Samples per side of a block of the mosaic; their mean is its shade. The mean of all pixels would take far longer."""
_WIDTH_PER_STEP = 512
"""A picture of this width has blocks of 16 luma pixels per side, a wider one larger blocks: 20 to 32 in a row."""


def cover(frame: av.VideoFrame, masks: Iterable[Mask]) -> None:
    """Cover the masked places of a full-range frame, in place."""
    if boxes := [(mask.box((frame.width, frame.height)), mask.is_mosaic) for mask in masks]:
        step = 2 * ceil(frame.width / _WIDTH_PER_STEP)
        luma, *chroma = planes(frame)
        for box, is_mosaic in boxes:
            _cover_plane(luma, box, 1, step if is_mosaic else 0, 0)
            for plane in chroma:
                _cover_plane(plane, box, 2, step // 2 if is_mosaic else 0, GREY)


def _cover_plane(plane: Plane, box: tuple[int, int, int, int], half: int, step: int, shade: int) -> None:
    """Cover a box of luma in a plane: with blocks of `_SAMPLES` steps, or with `shade` if `step` is 0."""
    left, top, right, bottom = (side // half for side in box)
    region = plane[top:bottom, left:right]
    if step:
        pixelate(region, step)
    else:
        region[:] = shade


def pixelate(region: Plane, step: int) -> None:
    """Replace each block of `_SAMPLES` * `step` pixels per side by the mean of every `step`th of them."""
    sums = region[::step, ::step].astype(np.uint32)
    counts = []
    for axis in (0, 1):
        begins = np.arange(0, sums.shape[axis], _SAMPLES)
        counts.append(np.diff(begins, append=sums.shape[axis]))
        sums = np.add.reduceat(sums, begins, axis=axis)
    means = (sums // np.outer(*counts)).astype(np.uint8)
    block = _SAMPLES * step
    region[:] = means.repeat(block, 0)[: region.shape[0]].repeat(block, 1)[:, : region.shape[1]]
