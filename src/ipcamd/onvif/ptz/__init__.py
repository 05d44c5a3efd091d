"""PTZ service (ONVIF PTZ 25.12)."""
