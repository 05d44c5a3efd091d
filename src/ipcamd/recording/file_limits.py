"""Limits of recorded files: length and size of a clip, and of a file of a continuous recording."""

from ipcamd.time_units import SECOND_NS

MAX_CLIP_LENGTH_NS = 60 * SECOND_NS
"""Longest clip, in nanoseconds; a later event starts another clip."""
MAX_CLIP_BYTES = 64 << 20
"""Maximum bytes of a clip's pictures; a clip that reaches it ends early."""
CONTINUOUS_FILE_LENGTH_NS = 180 * SECOND_NS
"""Maximum duration of a file of a continuous recording, in nanoseconds."""
CONTINUOUS_FILE_BYTES = 512 << 20
"""Maximum bytes of such a file; on a small card, an eighth of its size. When the card is full, the oldest file is
deleted."""
