"""Bitstreams of externally encoded pictures: size, key frames, and whether they can be passed through."""
