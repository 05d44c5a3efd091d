"""Sample requests: one for each operation of each service."""

from tests.onvif.samples import controls, device, events, masks, media1, media2, osd, recordings

_TABLES = (device, media1, media2, osd, masks, controls, events, recordings)

SAMPLES = {operation: sample for table in _TABLES for operation, sample in table.SAMPLES.items()}
"""Operation with the prefix of its service to its sample."""
