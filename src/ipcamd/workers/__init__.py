"""Daemon threads for blocking calls; start and end of tasks."""
