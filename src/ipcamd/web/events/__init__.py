"""Requests of the events page."""
