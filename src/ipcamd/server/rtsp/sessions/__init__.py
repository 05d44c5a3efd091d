"""Sessions of the RTSP service: their tracks, their table, their time-outs."""
