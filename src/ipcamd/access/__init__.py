"""Who may do what: accounts, logins, ranks, guessing."""
