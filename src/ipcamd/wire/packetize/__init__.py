"""RTP payload formats: one file for each turns encoded frames into payloads."""
