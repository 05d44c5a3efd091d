"""Subject names of the camera's certificate: host names and IP addresses."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

MAX_NAMES = 32
"""Maximum number of names in one certificate."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")


def subject_names(found: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the loopback, then those of `found` that are usable from other machines."""
    return _bounded((*_LOOPBACK, *filter(_is_useful, found)))


def with_former_addresses(new: Sequence[str], former: Sequence[str]) -> tuple[str, ...]:
    """Return `new`, then the addresses of `former`, so that a returning address needs no new certificate."""
    return _bounded((*new, *filter(is_address, former)))


def without_loopback(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names that other machines can use; all if there are no others."""
    return tuple(name for name in names if name not in _LOOPBACK) or tuple(names)


def is_host_name(name: str) -> bool:
    """Whether a text is valid in a certificate as a host name."""
    return len(name) <= 253 and _HOST.fullmatch(name) is not None and not is_address(name)


def is_address(name: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_useful(name: str) -> bool:
    if not is_address(name):
        return is_host_name(name)
    address = ip_address(name)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)


def _bounded(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[:MAX_NAMES]
