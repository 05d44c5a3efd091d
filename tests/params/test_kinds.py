import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.params import GROUPS
from ipcamd.params.device.ptz import Preset
from ipcamd.params.kinds.addresses import EMAIL, MAC, URL, Address, Host, HostPort, Netmask
from ipcamd.params.kinds.choice import ON_OFF, OneOf
from ipcamd.params.kinds.date_and_time import Day, Time
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import EVEN_PORT, PORT, Integer
from ipcamd.params.kinds.text import HEX, PATH, SHARE, AnyOf, Text

LEVEL = Integer(0, 255)
HOUR = Integer(0, 23, digits=2)
GROUP = Address((4,), multicast=True)
IPV4 = Address((4,))

# kind, sent text, canonical text
ACCEPTED: list[tuple[ValueKind, str, str]] = [
    (LEVEL, "0", "0"),
    (LEVEL, "255", "255"),
    (LEVEL, "007", "7"),
    (LEVEL, "-0", "0"),
    (Integer(-5, 5), "-5", "-5"),
    (HOUR, "7", "07"),
    (HOUR, "07", "07"),
    (HOUR, "23", "23"),
    (PORT, "65535", "65535"),
    (EVEN_PORT, "2", "2"),
    (EVEN_PORT, "65534", "65534"),
    (ON_OFF, "ON", "on"),
    (OneOf(("Pelco-D", "custom")), "pelco-d", "Pelco-D"),
    (Text(5), "a|,:b", "a|,:b"),
    (Text(5), "äöü€猫", "äöü€猫"),
    (Text(5), "", ""),
    (HEX, "", ""),
    (HEX, "fF00", "fF00"),
    (MAC, "02:1b:44:11:3a:B7", "02:1b:44:11:3a:B7"),
    (IPV4, "10.0.0.1", "10.0.0.1"),
    (Address(), "2001:DB8:0:0::1", "2001:db8::1"),
    (GROUP, "239.1.2.3", "239.1.2.3"),
    (Netmask(), "255.255.255.0", "255.255.255.0"),
    (Netmask(), "255.255.254.0", "255.255.254.0"),
    (Netmask(), "0.0.0.0", "0.0.0.0"),
    (Netmask(), "255.255.255.255", "255.255.255.255"),
    (Host(), "pool.ntp.org", "pool.ntp.org"),
    (HostPort(123), "pool.ntp.org", "pool.ntp.org"),
    (HostPort(123), "10.0.0.1:1123", "10.0.0.1:1123"),
    (HostPort(123), "fd00::1", "fd00::1"),
    (HostPort(123), "[fd00:0::1]:1123", "[fd00::1]:1123"),
    (Host(), "NAS_1", "NAS_1"),
    (Host(), "3com.example", "3com.example"),
    (Host(), "192.168.0.1", "192.168.0.1"),
    (Host(), "fe80::1", "fe80::1"),
    (Host(), "xn--mller-kva.example", "xn--mller-kva.example"),
    (EMAIL, "camera+1@example.com", "camera+1@example.com"),
    (URL, "http://ddns.example:8080/update?a=b", "http://ddns.example:8080/update?a=b"),
    (URL, "https://ddns.example", "https://ddns.example"),
    (PATH, "", ""),
    (PATH, "/a/b..c/..d/e", "/a/b..c/..d/e"),
    (SHARE, "Camera files", "Camera files"),
    (Day(), "2024-02-29", "2024-02-29"),
    (Day(), "1971-01-01", "1971-01-01"),
    (Day(), "2105-12-31", "2105-12-31"),
    (Time(), "7:05", "07:05:00"),
    (Time(), "23:59:59", "23:59:59"),
    (Time("00:01:00", "24:00:00"), "24:00:00", "24:00:00"),
    (Preset(), "1|30|gate", "1|30|gate"),
    (Preset(), "0|05|", "0|5|"),
    (AnyOf((ON_OFF, URL)), "OFF", "off"),
    (AnyOf((ON_OFF, URL)), "http://a/", "http://a/"),
]

REFUSED: list[tuple[ValueKind, str]] = [
    *(
        (LEVEL, text)
        for text in (
            "",
            "256",
            "-1",
            "1_0",
            "\u0665",
            "²",
            "\uff15",
            " 5",
            "5 ",
            "5\n",
            "+5",
            "0x5",
            "1e2",
            "1.0",
            "9" * 5000,
        )
    ),
    (HOUR, "24"),
    (PORT, "0"),
    (PORT, "65536"),
    (EVEN_PORT, "5001"),
    (EVEN_PORT, "0"),
    (ON_OFF, ""),
    (ON_OFF, "on "),
    (ON_OFF, "on\r\n"),
    (Text(5), "123456"),
    *((Text(), text) for text in ("a\r\nb", "a\nb", "\0", "\x1b[0m", "\x7f", "\u2028", "\u202e", "\ud800", "\ufeff")),
    (HEX, "f"),
    (HEX, "0g"),
    (HEX, "0x00"),
    (HEX, "00" * 33),
    (MAC, "02-1b-44-11-3a-b7"),
    *(
        (IPV4, text)
        for text in (
            "",
            "1.2.3",
            "1.2.3.256",
            "01.2.3.4",
            "1.2.3.4/8",
            "1.2.3.4 ",
            "\u0661.\u0661.\u0661.\u0661",
            "::1",
            "1.2.3.4\n",
        )
    ),
    (Address(), "fe80::1%eth0"),
    (Address(), "fe80::1%eth0\r\nX: 1"),
    (GROUP, "10.0.0.1"),
    (GROUP, "ff02::1"),
    (Netmask(), "255.0.255.0"),
    (Netmask(), "0.0.0.255"),
    (Netmask(), "24"),
    *(
        (Host(), text)
        for text in ("", "-oProxyCommand=x", "-a", "a-", ".a", "a.", "a..b", "a b", "a;touch X", "$(id)", "`id`")
    ),
    *(
        (Host(), text)
        for text in ("1.2.3", "1.2.3.4.5", "0x7f000001", "a.0x1", "2130706433", "[::1]", "a\n", "ä.example")
    ),
    (Host(), "a" * 64),
    *((HostPort(123), text) for text in ("host:0", "host:65536", "host:", ":123", "-o:1", "[::1", "a b:1", "h:1:2")),
    (Host(), ".".join(["a" * 60] * 5)),
    *(
        (EMAIL, text)
        for text in ("a", "@a", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: c@d", "a,b@c", "<a@b>", "a" * 65 + "@b")
    ),
    *(
        (URL, text)
        for text in ("ftp://a/", "http://", "http://a b/", "http://u:p@a/", "javascript:1", "http://a/\r\nX:", "//a/")
    ),
    *((PATH, text) for text in ("..", "../a", "a/..", "a/../b", "a\\..\\b", "/..", "a\nb", "a" * 256)),
    *((SHARE, text) for text in ("..", ".", "a/b", "\\\\nas\\a", "a\r\nb", "a" * 81)),
    *(
        (Day(), text)
        for text in (
            "2023-02-29",
            "1970-12-31",
            "2106-01-01",
            "24-01-01",
            "2024-1-1",
            "20240101",
            "2024-W01-1",
            "\u0662\u0660\u0662\u0664-01-01",
        )
    ),
    *((Time(), text) for text in ("24:00:00", "12:60", "12", "12:0", "1:2:3", "12:00:00\n", "\u0661\u0662:00")),
    (Time("00:01:00", "24:00:00"), "24:00:01"),
    (Time("00:01:00", "24:00:00"), "00:00:59"),
    *(
        (Preset(), t)
        for t in (
            "",
            "1|5",
            "2|5|a",
            "1|0|a",
            "1|31|a",
            "1|5|a|b",
            "1|5|" + "a" * 17,
            "1|5|a\r\n",
            "1|\u0665|a",
            "1||a",
        )
    ),
    (AnyOf((ON_OFF, URL)), "maybe"),
]


@pytest.mark.parametrize(("kind", "sent", "kept"), ACCEPTED, ids=str)
def test_accepted(kind: ValueKind, sent: str, kept: str) -> None:
    assert kind.normalize(sent) == kept


@pytest.mark.parametrize(("kind", "sent"), REFUSED, ids=lambda value: ascii(value)[:40])
def test_refused_with_what_is_allowed(kind: ValueKind, sent: str) -> None:
    with pytest.raises(ValueError, match=re.escape(kind.allowed)):
        kind.normalize(sent)


KINDS = list(dict.fromkeys([kind for kind, *_ in ACCEPTED] + [p.kind for g in GROUPS for p in g.params]))


@given(st.sampled_from(KINDS), st.text(max_size=40))
def test_any_text_is_refused_or_becomes_one_printable_line(kind: ValueKind, text: str) -> None:
    try:
        kept = kind.normalize(text)
    except ValueError:
        return
    assert kept.isprintable()
    assert kind.normalize(kept) == kept


@given(st.integers(), st.integers(0, 9), st.integers(1, 5), st.integers(1, 4))
def test_integers_are_those_of_the_range(number: int, low: int, width: int, step: int) -> None:
    kind = Integer(low, low + width, step)
    allowed = number in range(low, low + width + 1, step)
    assert parses(kind, str(number)) == allowed


@given(st.dates())
def test_days(day: Any) -> None:
    assert parses(Day(), day.isoformat()) == (1971 <= day.year <= 2105)


@given(st.times())
def test_times(time: Any) -> None:
    assert Time().normalize(f"{time:%H:%M:%S}") == f"{time:%H:%M:%S}"


@given(st.ip_addresses())
def test_addresses(address: Any) -> None:
    assert Address().normalize(str(address)) == Host().normalize(str(address)) == str(address)
    assert parses(IPV4, str(address)) == (address.version == 4)


@given(st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_netmasks(ones: int, other: int) -> None:
    masks = {(2**32 - 1) << (32 - n) & (2**32 - 1) for n in range(33)}
    assert parses(Netmask(), dotted((2**32 - 1) << (32 - ones) & (2**32 - 1)))
    assert parses(Netmask(), dotted(other)) == (other in masks)


@given(
    st.integers(0, 1), st.integers(1, 30), st.text(st.characters(codec="ascii", exclude_characters="|"), max_size=16)
)
def test_presets(enable: int, seconds: int, name: str) -> None:
    text = f"{enable}|{seconds}|{name}"
    assert parses(Preset(), text) == name.isprintable()


def parses(kind: ValueKind, text: str) -> bool:
    try:
        kind.normalize(text)
    except ValueError:
        return False
    return True


def dotted(number: int) -> str:
    return ".".join(str(byte) for byte in number.to_bytes(4, "big"))
