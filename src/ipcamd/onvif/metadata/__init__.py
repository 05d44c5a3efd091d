"""Metadata: its configuration, and the RTSP track with the events."""
