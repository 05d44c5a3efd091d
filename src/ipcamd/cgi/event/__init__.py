"""Requests below ``/cgi/event/``: schedules, and trial deliveries."""
