"""Bonjour: the camera's web page and streams as services of multicast DNS (RFC 6762, RFC 6763)."""
