"""SD card: its files, their index and its free space (SDK 10.21, 14)."""
