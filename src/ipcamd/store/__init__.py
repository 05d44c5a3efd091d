"""Persistent store: settings, accounts, schedules, events, recordings. SQLite with WAL and ``synchronous=FULL``."""
