"""RTP payloads to frames: the reverse of `ipcamd.wire.packetize`."""
