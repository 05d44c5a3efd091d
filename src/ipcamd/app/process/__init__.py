"""Process: the camera as its service manager sees it."""
