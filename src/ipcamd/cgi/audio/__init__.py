"""Requests below ``/cgi/audio/``: listen and speak."""
