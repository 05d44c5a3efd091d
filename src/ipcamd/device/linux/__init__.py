"""Drivers of Linux hardware, one kind per file."""
