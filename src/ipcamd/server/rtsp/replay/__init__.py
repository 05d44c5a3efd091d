"""Replay of recordings by RTSP, with ONVIF's extensions (ONVIF Streaming Specification, 6)."""
