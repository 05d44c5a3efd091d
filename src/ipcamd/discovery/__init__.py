"""Discovery: the camera announces itself to its network (SDK 10.25, 10.27), per interface and while it is enabled."""
