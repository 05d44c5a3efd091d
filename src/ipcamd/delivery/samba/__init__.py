"""Upload to a Samba or Windows share (SDK 10.20)."""
