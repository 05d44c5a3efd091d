"""Tampering detection: tells from the picture that the camera is covered, dazzled or turned away."""
