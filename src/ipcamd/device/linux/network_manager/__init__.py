"""NetworkManager: the driver of a real network interface, over D-Bus (SDK 10.22, 10.23)."""
