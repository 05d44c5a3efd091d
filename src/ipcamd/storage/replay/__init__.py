"""Replay of recordings: the timeline of the card, and the stored frames from any moment on."""
