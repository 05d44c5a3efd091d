"""Built-in scene as a source."""
