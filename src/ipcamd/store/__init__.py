"""What survives a restart: settings, accounts, facts; later schedules, recordings, events. SQLite, WAL, FULL."""
