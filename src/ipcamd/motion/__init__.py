"""Motion detection (SDK 4): detects motion in analysis frames, and reports levels and alarms."""
