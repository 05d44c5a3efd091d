"""G.711 sound over RTP (RFC 3551, section 4.5.14)."""

from ipcamd.wire.packetize.payload_format import PayloadFormat, no_parameters, split_payload

PCMU = PayloadFormat("audio", 0, "PCMU/8000", 8000, split_payload, no_parameters, ticks=len, marks=False)
"""u-law, with its static payload type."""
PCMA = PayloadFormat("audio", 8, "PCMA/8000", 8000, split_payload, no_parameters, ticks=len, marks=False)
"""A-law, with its static payload type."""
