"""Bytes to values and back: no sockets, tasks, clocks or codecs. One format a file."""
