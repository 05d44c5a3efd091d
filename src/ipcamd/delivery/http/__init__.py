"""HTTP notifications of events (SDK 12)."""
