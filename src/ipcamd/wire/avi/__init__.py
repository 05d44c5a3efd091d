"""AVI files (Microsoft RIFF): pictures in slots of equal length, and u-law sound."""
