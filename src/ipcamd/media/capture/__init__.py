"""Capture: runs the sources of pictures and sound, and tries again when they fail."""
