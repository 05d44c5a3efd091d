"""Requests of the system page."""
