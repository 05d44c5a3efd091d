"""Requests below ``/cgi/audio/``: listen and talk."""
