"""WebRTC: the streams for browsers and players, by WHEP, ICE-lite, DTLS and SRTP on one port (RFC 8825)."""
