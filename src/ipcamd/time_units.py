"""Time units in nanoseconds."""

SECOND_NS = 1_000_000_000
"""One second."""
