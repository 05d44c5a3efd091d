"""Ranges of IP addresses and lists of them."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.params.ipfilter import MAX_ENTRIES
from ipcamd.params.kinds.address_range import AddressRange, AddressRanges, plain_address


@pytest.mark.parametrize(
    ("version", "text", "canonical"),
    [
        (4, "10.13.10.12-10.13.10.100", "10.13.10.12-10.13.10.100"),
        (4, " 10.0.0.1 , 10.0.0.3 - 10.0.0.9 ,", "10.0.0.1,10.0.0.3-10.0.0.9"),
        (4, "10.1.2.3/8", "10.0.0.0/8"),
        (4, "::ffff:10.0.0.5", "10.0.0.5"),
        (4, "::ffff:10.0.0.5-10.0.0.9", "10.0.0.5-10.0.0.9"),
        (4, "10.0.0.2,10.0.0.1,10.0.0.2", "10.0.0.2,10.0.0.1"),
        (4, "", ""),
        (6, "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        (6, "2001:db8::/32,fe80::1-fe80::ff", "2001:db8::/32,fe80::1-fe80::ff"),
        (6, "::/0", "::/0"),
    ],
)
def test_canonical_form(version: int, text: str, canonical: str) -> None:
    kind = AddressRanges(version, MAX_ENTRIES)
    assert kind.normalize(text) == canonical
    assert kind.normalize(canonical) == canonical


@pytest.mark.parametrize(
    ("version", "text"),
    [
        (4, "10.0.0.9-10.0.0.1"),
        (4, "10.0.0"),
        (4, "10.0.0.256"),
        (4, "010.0.0.1"),
        (4, "1_0.0.0.1"),
        (4, "\u0661\u0660.0.0.1"),
        (4, "10.0.0.1-10.0.0.2-10.0.0.3"),
        (4, "10.0.0.0/8-10.0.0.9"),
        (4, "10.0.0.1/33"),
        (4, "10.0.0.1-"),
        (4, "-10.0.0.1"),
        (4, "fe80::1"),
        (4, "any"),
        (4, "10.0.0.1-fe80::1"),
        (4, "1" * 5000),
        (4, ",".join(f"10.0.0.{n}" for n in range(MAX_ENTRIES + 1))),
        (4, ",".join(f"10.0.{n}.0-10.0.{n}.9" for n in range(200))),
        (6, "10.0.0.1"),
        (6, "fe80::1%eth0"),
        (6, "::ffff:10.0.0.5"),
        (6, "::ffff:0:0/96"),
        (6, "fe80::/129"),
    ],
)
def test_refusals_name_the_allowed_values(version: int, text: str) -> None:
    with pytest.raises(ValueError, match=f"IPv{version} addresses, ranges or prefixes, such as .*; at most 20"):
        AddressRanges(version, MAX_ENTRIES).normalize(text)


def test_two_spellings_of_the_same_addresses_are_equal() -> None:
    assert AddressRange.parse("10.0.0.0/24") == AddressRange.parse("10.0.0.0-10.0.0.255")
    assert AddressRange.parse("10.0.0.1") == AddressRange.parse("::ffff:10.0.0.1-10.0.0.1")


@given(*(st.integers(0, 2**32 - 1) for _ in range(3)))
def test_both_ends_belong_to_a_range(one: int, other: int, asked: int) -> None:
    low, high = sorted((one, other))
    entry = AddressRange.parse(f"{IPv4Address(low)}-{IPv4Address(high)}")
    assert (IPv4Address(asked) in entry) == (low <= asked <= high)
    assert IPv4Address(low) in entry
    assert IPv4Address(high) in entry
    assert IPv6Address(asked) not in entry
    assert plain_address(f"::ffff:{IPv4Address(low)}") in entry


@given(st.text(max_size=120))
def test_any_text_is_a_list_or_refused(text: str) -> None:
    for version in (4, 6):
        kind = AddressRanges(version, MAX_ENTRIES)
        try:
            canonical = kind.normalize(text)
        except ValueError as error:
            assert str(error) == kind.allowed
        else:
            assert kind.normalize(canonical) == canonical
