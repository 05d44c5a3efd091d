"""Requests under ``/cgi/ptz``."""
