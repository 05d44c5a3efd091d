"""Daemon threads for blocking calls; the end of tasks."""
