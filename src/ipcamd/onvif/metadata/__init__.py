"""Metadata: its configuration, and the track of RTSP that carries events."""
