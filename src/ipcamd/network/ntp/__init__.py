"""NTP: the camera's clock follows a time server (SDK 10.4; clarifications, NTP)."""
