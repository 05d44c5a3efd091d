"""Discovery: announces the camera in its networks (SDK 10.25, 10.27), per interface, while enabled."""
