"""Signalling of WebRTC: offers, their negotiation, and answers (RFC 8829)."""
