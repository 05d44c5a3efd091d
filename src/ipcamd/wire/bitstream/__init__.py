"""Bitstreams of pictures that others encoded: their size, where decoders can start, whether they can be handed on."""
