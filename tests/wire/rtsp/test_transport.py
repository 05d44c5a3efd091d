import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.rtsp.transport import Transport, parse

OFFERS = [
    ("RTP/AVP;unicast;client_port=5000-5001", [Transport(ports=(5000, 5001))]),
    ("rtp/avp/udp;unicast;client_port=5000", [Transport(ports=(5000, 5001))]),
    ("RTP/AVP/TCP;unicast;interleaved=2-3", [Transport(tcp=True, channels=(2, 3))]),
    ("RTP/AVP/TCP", [Transport(tcp=True)]),
    ("RTP/AVP", [Transport(multicast=True)]),
    ("RTP/AVP;multicast;ttl=3", [Transport(multicast=True)]),
    ("RTP/AVP;unicast", [Transport()]),
    ('RTP/AVP/TCP;interleaved=0-1;mode="RECORD"', [Transport(tcp=True, channels=(0, 1))]),
    ("RTP/AVP;unicast;destination=9.9.9.9;client_port=1-2", [Transport(ports=(1, 2))]),
    ("RTP/SAVP;unicast;client_port=2-3, RTP/AVP/TCP;interleaved=0-1", [Transport(tcp=True, channels=(0, 1))]),
    ("RTP/AVP/TCP;interleaved=255", []),
    ("RTP/AVP/TCP;interleaved=0-0", []),
    ("RTP/AVP/TCP;interleaved=-1", []),
    ("RTP/AVP;client_port=65535", []),
    ("RTP/AVP;client_port=99999-100000", []),
    ("RTP/AVP;client_port=1_0-11", []),
    ("RTP/AVP;client_port=", []),
    ("RAW/RAW/UDP;unicast;client_port=2-3", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "offers"), OFFERS)
def test_offers(text: str, offers: list[Transport]) -> None:
    assert parse(text) == offers


@given(st.one_of(st.text(), st.text("RTP/AVCU;,=-019 unicastlerv_dpo")))
def test_any_text_gives_usable_offers_or_none(text: str) -> None:
    for offer in parse(text):
        assert offer.ports is None or all(0 <= port <= 65535 for port in offer.ports)
        assert offer.channels is None or all(0 <= channel <= 255 for channel in offer.channels)
