"""Decoding: pictures from the packets of sources, in software or in hardware."""
