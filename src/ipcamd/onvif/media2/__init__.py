"""Media service, version 2 (ONVIF Media2, for Profile T)."""
