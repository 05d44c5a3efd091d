"""Live MP4: H.264 or H.265, with AAC, in fragments, for browsers without WebCodecs and for players."""
