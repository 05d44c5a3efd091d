"""Composition of what serves the network besides streams: addresses, certificate, ONVIF."""
