"""Requests below ``/cgi/admin/``: accounts, clock, state and maintenance of the device."""
