"""Requests under ``/cgi/fz``."""
