"""Events: triggers, schedules and actions (SDK 11, 12)."""
