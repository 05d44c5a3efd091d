"""Upload by FTP (SDK 10.19)."""
