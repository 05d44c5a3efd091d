"""Groups of parameters of the device's hardware."""
