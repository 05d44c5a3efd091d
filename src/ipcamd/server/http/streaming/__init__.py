"""Streams over HTTP: each frame is formatted once and sent to all viewers."""
