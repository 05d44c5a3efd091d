"""Encoding: one thread per stream, while the stream has viewers."""
