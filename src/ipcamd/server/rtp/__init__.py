"""RTP senders: one stream's frames as packets, sent to its viewers over TCP and UDP."""
