"""Quality of the streams: factors and most bits of each codec for Quality 0 to 4, bits at constant bit rate, and bit
rates of sound."""

JPEG_QUALITY = (30, 45, 60, 75, 88)
"""libjpeg's quality, 1 to 100, of Quality 0 to 4."""
MPEG4_SCALES = ("16", "11", "8", "5", "3")
"""Quantizer scales of Quality 0 to 4 for MPEG-4: 1 (finest) to 31."""
H264_FACTORS = ("35", "31", "28", "25", "22")
"""Rate factors (CRF) of Quality 0 to 4 for x264, and quantizers of hardware; 6 less doubles the bit rate."""
H265_FACTORS = ("37", "33", "30", "27", "24")
"""The same for x265."""
H264_PEAK = 0.3
"""Most bits per pixel over a second at constant quality: 8.3 Mbit/s for 1280x720 at 30 pictures a second."""
H265_PEAK = 0.2
"""The same for H.265: 5.5 Mbit/s."""

BITS_PER_PIXEL = (0.03, 0.05, 0.08, 0.12, 0.18)
"""Bits per pixel at constant bit rate, by Quality, for codecs without the parameter Bitrate, such as MPEG-4: 3.3 Mbit/s
for 1280x720 at 30 frames per second and Quality 3."""
SLOW = 10
"""Frame rate below which the bit rate decreases no further, because key frames are more frequent."""

AAC_KBITS = 48
"""Bit rate of AAC sound, in kbit/s."""
OPUS_KBITS = 24
"""Bit rate of Opus sound, in kbit/s."""


def peak_bitrate(size: tuple[int, int], rate: int, peak: float) -> int:
    """Return the most bit/s at constant quality of pictures of this size (width and height in pixels); `peak` is
    `H264_PEAK` or `H265_PEAK`."""
    return int(size[0] * size[1] * max(rate, SLOW) * peak)


def constant_bitrate(size: tuple[int, int], rate: int, quality: int) -> int:
    """Return the bit/s at constant bit rate where no parameter sets it, for pictures of this size at `rate` per
    second."""
    return int(size[0] * size[1] * max(rate, SLOW) * BITS_PER_PIXEL[quality])
