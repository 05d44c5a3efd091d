"""RTSP: messages, transports, session descriptions and announcements."""
