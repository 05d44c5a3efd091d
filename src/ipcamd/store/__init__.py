"""What survives a restart: settings, accounts, and later schedules, recordings and events. SQLite, WAL, synchronous=FULL."""
