"""The addresses that the camera may connect to by itself."""
