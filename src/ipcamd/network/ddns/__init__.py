"""Dynamic DNS: a host name that follows the camera's address (SDK 10.24; clarifications, DDNS)."""
