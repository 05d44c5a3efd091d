"""Requests of the recordings page."""
