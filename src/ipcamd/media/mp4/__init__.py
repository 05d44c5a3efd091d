"""Live MP4: H.264 and AAC in fragments, for browsers without WebCodecs and for players."""
