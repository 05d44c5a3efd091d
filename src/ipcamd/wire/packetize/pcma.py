"""A-law sound over RTP (RFC 3551, section 4.5.14)."""

from ipcamd.wire.packetize.payload_format import PayloadFormat, no_parameters, split_payload

FORMAT = PayloadFormat("audio", 8, "PCMA/8000", 8000, split_payload, no_parameters, ticks=len, marks=False)
"""G.711 A-law in RTP, with its static payload type (RFC 3551, 4.5.14)."""
