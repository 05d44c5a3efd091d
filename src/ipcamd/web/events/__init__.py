"""Requests of the events page, besides its files."""
