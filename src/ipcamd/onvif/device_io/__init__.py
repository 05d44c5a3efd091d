"""DeviceIO service (ONVIF DeviceIO 25.12)."""
