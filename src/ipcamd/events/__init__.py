"""What happens, when it counts, and what is then done: triggers, schedules, clips, actions (SDK 11, 12)."""
