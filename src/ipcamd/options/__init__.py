"""Options of ``ipcamd run``: declared once, read from the command line, the environment and a TOML file."""
