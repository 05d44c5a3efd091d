"""Access control: accounts, logins, ranks, throttling."""
