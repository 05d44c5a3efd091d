"""RTP payload formats: each file converts the frames of a codec to payloads."""
