"""Media service, version 1 (ONVIF Media, for Profile S)."""
