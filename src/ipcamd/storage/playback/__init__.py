"""Playback of recordings in browsers: whole, in segments, and as thumbnails."""
