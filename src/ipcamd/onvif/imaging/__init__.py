"""Imaging service (ONVIF Imaging 25.12)."""
