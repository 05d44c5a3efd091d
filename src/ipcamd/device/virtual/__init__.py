"""Drivers of the virtual device: simulated hardware."""
