"""``Network.Advanced.Multicast``: ports of the streams."""

import pytest

from ipcamd.errors import RequestFailed
from ipcamd.params.network import MULTICAST

assert MULTICAST.normalize
NORMALIZE = MULTICAST.normalize


def test_the_port_of_metadata_gives_way() -> None:
    assert NORMALIZE(MULTICAST.values(H264Port="5566"), {"H264Port": "5566"}) == {"MetadataPort": "5568"}
    everywhere = {"H264Port": "5566", "MPEG4Port": "5568", "AUDIOPort": "5570"}
    assert NORMALIZE(MULTICAST.values(**everywhere), everywhere) == {"MetadataPort": "5572"}
    assert NORMALIZE(MULTICAST.values(), {}) == {}


@pytest.mark.parametrize("sent", [{"MetadataPort": "5560"}, {"H264Port": "5564"}])
def test_two_streams_have_different_ports(sent: dict[str, str]) -> None:
    with pytest.raises(RequestFailed, match="they must differ"):
        NORMALIZE(MULTICAST.values(**sent), sent)
