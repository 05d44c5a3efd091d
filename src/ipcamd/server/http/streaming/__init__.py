"""Streams over HTTP: each frame laid out once, sent to all viewers."""
