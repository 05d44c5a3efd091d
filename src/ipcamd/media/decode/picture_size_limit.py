"""Size limit of pictures: the largest that is decoded whole, and the largest JPEG that is decoded at a fraction."""

from ipcamd.errors import SourceError

MOST_PIXELS = 1 << 26
"""Largest picture that is decoded at full size, because a few bytes can claim a picture that fills all memory."""

MOST_SCALED_PIXELS = (1 << 28) - (1 << 22)
"""Largest JPEG that is decoded at 1/2, 1/4 or 1/8 of its size: FFmpeg's limit."""


def size_options(codec: str, size: tuple[int, int]) -> dict[str, str]:
    """Return FFmpeg's options for pictures of that size. Raises `SourceError` if they are too large."""
    pixels = size[0] * size[1]
    if pixels <= MOST_PIXELS:
        return {"max_pixels": str(MOST_PIXELS)}
    if codec == "mjpeg" and pixels <= MOST_SCALED_PIXELS:
        halvings = next(n for n in (1, 2, 3) if pixels >> 2 * n <= MOST_PIXELS)
        return {"max_pixels": str(MOST_SCALED_PIXELS), "lowres": str(halvings)}
    most = (MOST_SCALED_PIXELS if codec == "mjpeg" else MOST_PIXELS) // 1_000_000
    raise SourceError(
        f"has a picture of {size[0]}x{size[1]} pixels; at most {most} million can be shown: scale it down"
    )
