"""ONVIF's search service: recordings and their history on the SD card."""
