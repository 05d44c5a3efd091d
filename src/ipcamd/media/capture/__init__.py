"""Capture: runs the sources of pictures and sound, and retries them after failures."""
