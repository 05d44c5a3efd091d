"""Mounts of the RTSP service: URLs and the media that they name."""
