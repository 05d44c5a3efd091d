"""RTSP: streams for players and recorders, over UDP, TCP, multicast and HTTP (RFC 2326, RFC 3550)."""
