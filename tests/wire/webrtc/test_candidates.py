"""The camera's candidates: order and priorities."""

from ipcamd.wire.webrtc.candidates import list_candidates, order_addresses


def test_the_address_of_the_offer_comes_first_and_none_twice() -> None:
    assert order_addresses("192.0.2.1", ["203.0.113.5", "192.0.2.1", "fd00::1"]) == [
        "192.0.2.1",
        "203.0.113.5",
        "fd00::1",
    ]


def test_udp_is_preferred_at_every_address_then_the_first_address() -> None:
    lines = [line.split() for line in list_candidates(["192.0.2.1", "fd00::1"], 8189)]
    by_priority = sorted(lines, key=lambda words: -int(words[3]))
    assert [(words[2], words[4], words[5]) for words in by_priority] == [
        ("udp", "192.0.2.1", "8189"),
        ("udp", "fd00::1", "8189"),
        ("tcp", "192.0.2.1", "8189"),
        ("tcp", "fd00::1", "8189"),
    ]
    assert all(words[6:] == ["typ", "host", *["tcptype", "passive"] * (words[2] == "tcp")] for words in lines)
    assert len({words[0] for words in lines}) == 4
