"""Samples of requests: ONVIF's schemas allow them, and each change has a visible effect."""

import pytest
from tests.onvif.client import write_envelope
from tests.onvif.samples import SAMPLES
from tests.onvif.samples.sample import PARAMETER, Sample
from tests.onvif.schemas import check_message

CHANGING = ("Set", "Add", "Remove", "Create", "Delete", "Start", "Stop", "Goto")


@pytest.mark.parametrize(("operation", "sample"), SAMPLES.items(), ids=SAMPLES)
def test_a_change_has_an_effect_to_look_for(operation: str, sample: Sample) -> None:
    name = operation.partition(":")[2]
    if name.startswith(CHANGING) and operation != "tev:CreatePullPointSubscription":
        assert sample.effect or sample.is_fixed or sample.ends_camera or name == "Stop"


@pytest.mark.slow
def test_each_request_is_valid() -> None:
    requests = [
        request
        for operation, sample in SAMPLES.items()
        for request in ((operation, sample.content), *sample.prepare, *sample.undo)
    ]
    for operation, content in requests:
        check_message(write_envelope(operation, PARAMETER.sub("80", content)))
