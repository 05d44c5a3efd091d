"""Tampering detection: detects in the picture that the camera is covered, dazzled or turned away."""
