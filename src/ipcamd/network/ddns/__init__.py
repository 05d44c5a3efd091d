"""Dynamic DNS: a host name that is updated with the camera's address (SDK 10.24; clarifications, DDNS)."""
