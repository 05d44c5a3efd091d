"""A camera whose streams are so small and so slow that a busy machine keeps their rate."""

UNHURRIED_RATE = 10
"""Pictures a second."""
SMALL = 1
"""Resolution: 320x240."""
STREAMS = ("Image.MJPEG", "Image.H264", "Image.MPEG4")
