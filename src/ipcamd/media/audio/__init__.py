"""Audio: microphone and speaker, and their devices and files."""
