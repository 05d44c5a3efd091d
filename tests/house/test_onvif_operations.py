"""ONVIF operations: each has a sample request, and the access class of ONVIF's default policy, or a stricter one (ONVIF
Core, 5.9.4)."""

import pytest
from tests.onvif.operations import OPERATIONS
from tests.onvif.samples import SAMPLES

from ipcamd.onvif.operation import CAPABILITIES
from ipcamd.params.group import Rank

BEFORE_LOGIN = {
    f"tds:Get{name}"
    for name in ("Services", "Capabilities", "WsdlUrl", "Hostname", "SystemDateAndTime", "EndpointReference")
}
"""Operations besides ``GetServiceCapabilities`` that are allowed without a login."""
SECRET = {"tds:GetUsers", "tds:GetIPAddressFilter"}
FOR_VIEWERS = {
    "trt:SetSynchronizationPoint",  # a viewer needs a key frame; the class is ACTUATE in ONVIF's policy
    "tr2:SetSynchronizationPoint",
    "tev:CreatePullPointSubscription",
    "tev:PullMessages",
    "tev:SetSynchronizationPoint",
    "wsnt:Subscribe",
    "wsnt:Renew",
    "wsnt:Unsubscribe",
    "tse:FindRecordings",
    "tse:FindEvents",
    "tse:EndSearch",
}
"""Operations that guests may call although they do not only read."""
FOR_OPERATORS = {
    *(operation for operation in OPERATIONS if operation.startswith(("tptz:", "timg:"))),
    *(f"{prefix}:{verb}MulticastStreaming" for prefix in ("trt", "tr2") for verb in ("Start", "Stop")),
    "tds:SendAuxiliaryCommand",
    "tds:SetRelayOutputSettings",
    "tds:SetRelayOutputState",
    "tmd:SetRelayOutputSettings",
    "tmd:SetDigitalInputConfigurations",
    "trp:SetReplayConfiguration",
}
"""Operations that users may call besides those that read."""


def test_each_operation_has_a_sample() -> None:
    assert sorted(SAMPLES) == sorted(OPERATIONS), "add a sample request to tests/onvif/samples"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_least_rank(operation: str) -> None:
    name = operation.partition(":")[2]
    rank = OPERATIONS[operation].access.rank
    if operation in BEFORE_LOGIN or name == CAPABILITIES:
        assert rank is None
    elif operation in FOR_VIEWERS or (name.startswith("Get") and operation not in SECRET):
        assert rank is Rank.GUEST
    elif operation in FOR_OPERATORS or operation == "tds:GetIPAddressFilter":
        assert rank is Rank.USERS
    else:
        assert rank is Rank.ADMIN
