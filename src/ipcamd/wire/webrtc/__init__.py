"""WebRTC: connectivity checks, session descriptions, DTLS records, framing on TCP."""
