"""Device service (ONVIF Core, 8)."""
