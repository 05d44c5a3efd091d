"""Formats of UPnP: SSDP messages and device descriptions (UPnP Device Architecture 1.1)."""
