"""SSDP: announcements of the camera as a UPnP device, and answers to searches."""
