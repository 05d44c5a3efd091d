"""Metadata over RTP: XML documents in pieces, the last one marked (ONVIF Streaming, RTP for Metadata stream)."""

from ipcamd.wire.packetize.payload_format import PayloadFormat, no_parameters, split_payload

FORMAT = PayloadFormat(
    "application", 107, "vnd.onvif.metadata/90000", 90_000, split_payload, no_parameters, is_steady=False
)
"""RTP payload format of metadata."""
