"""Motion detection (SDK 4): looks for movement in small grey pictures, tells levels and alarms."""
