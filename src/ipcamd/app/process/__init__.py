"""Process: the camera's process for its service manager and terminal."""
