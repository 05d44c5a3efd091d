"""Requests below ``/cgi/event/``: schedules, and tests of targets."""
