"""Wire formats: bytes to values and back, one format per file; no sockets, tasks, clocks or codecs."""
