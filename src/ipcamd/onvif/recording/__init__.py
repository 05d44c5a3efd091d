"""ONVIF's recording service: what is recorded on the SD card."""
