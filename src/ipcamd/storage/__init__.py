"""The SD card: its files, their index, its space (SDK 10.21, 14)."""
