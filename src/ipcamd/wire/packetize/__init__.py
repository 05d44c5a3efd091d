"""Encoded frames to RTP payloads: one payload format a file."""
