"""Motor lens (SDK 13): zoom, focus, autofocus."""
