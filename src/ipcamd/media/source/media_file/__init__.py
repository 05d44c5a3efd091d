"""Video files as sources."""
