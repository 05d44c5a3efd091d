"""Checks of HTTP requests: host, origin, reverse proxy."""
