"""Encoding: one thread a stream, while the stream is watched."""
