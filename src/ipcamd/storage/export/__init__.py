"""Export: a time range of the recordings as one MP4 file."""
