"""Pipes as sources: standard input or a named pipe, with raw frames or an encoded stream."""
