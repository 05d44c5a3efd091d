"""Mounts: which RTSP URL shows what."""
