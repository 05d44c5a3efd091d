"""ONVIF's recording service: read access to the recording on the SD card."""
