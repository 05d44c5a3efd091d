"""Database of settings, accounts, schedules, events and recordings: SQLite with WAL and ``synchronous=FULL``."""
