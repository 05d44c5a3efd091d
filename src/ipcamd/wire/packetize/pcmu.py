"""u-law sound over RTP (RFC 3551, section 4.5.14)."""

from ipcamd.wire.packetize.format import Format, cut, nothing

FORMAT = Format("audio", 0, "PCMU/8000", 8000, cut, nothing, ticks=len, marks=False)
