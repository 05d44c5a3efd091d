"""ONVIF's replay service: the RTSP address of the recording."""
