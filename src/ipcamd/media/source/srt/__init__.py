"""SRT sources."""
