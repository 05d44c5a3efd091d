"""Talk: sound from clients to the camera's speaker, by RTP packets."""
