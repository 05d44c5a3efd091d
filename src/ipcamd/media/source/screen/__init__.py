"""X11 screens as sources."""
