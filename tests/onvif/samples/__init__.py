"""Sample requests: one for each operation of each service."""

from tests.onvif.samples import controls, device, events, media1, media2

SAMPLES = {**device.SAMPLES, **media1.SAMPLES, **media2.SAMPLES, **controls.SAMPLES, **events.SAMPLES}
"""Operation with the prefix of its service to its sample."""
