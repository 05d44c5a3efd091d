"""V4L2 cameras as sources."""
