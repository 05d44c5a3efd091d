"""Drivers of Linux hardware, one kind a file."""
