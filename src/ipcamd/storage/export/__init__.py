"""Export: a range of time out of the recordings, as one MP4."""
