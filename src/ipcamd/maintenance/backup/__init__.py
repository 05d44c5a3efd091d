"""Backup: settings, PTZ positions and accounts in one file, and their restore."""
