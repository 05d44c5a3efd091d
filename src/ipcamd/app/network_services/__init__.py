"""Composition of network services other than streams: addresses, certificate, ONVIF."""
