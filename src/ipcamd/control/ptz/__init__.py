"""Pan, tilt and zoom (SDK 8): moves, presets, patrol, lock."""
