"""Streams of encoded frames: hub, GOP cache, bounded queue, counters."""
