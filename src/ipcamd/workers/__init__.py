"""Daemon threads for blocking calls; background tasks and their end."""
