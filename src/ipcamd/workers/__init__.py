"""Daemon threads for blocking calls."""
