"""Network services: the camera's addresses and link, dynamic DNS, NTP."""
