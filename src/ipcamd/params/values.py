"""Kinds of parameter values: what each accepts, in words and in code.

A kind turns the text of a request into the canonical text that is stored and listed, or raises ``ValueError``
with what is allowed. Requests, web forms, the client and the reference page all use the same kinds.
"""

import ipaddress
import re
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Kind(Protocol):
    """One kind of value."""

    @property
    def allowed(self) -> str:
        """What is allowed, as words for a person: ``0 to 255``, ``on or off``."""

    def parse(self, text: str) -> str:
        """Return the canonical form of `text`; raise ``ValueError`` if it is not of this kind."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number in decimal, `low` to `high` inclusive, in steps of `step` from `low`."""

    low: int
    high: int
    step: int = 1
    digits: int = 1
    """It is listed with at least so many: 2 for the hours ``00`` to ``23``."""
    labels: tuple[str, ...] = ()
    """What each number means, from `low` on, for a person who chooses."""

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        words = f"{self.low:0{self.digits}} to {self.high:0{self.digits}}"
        return words if self.step == 1 else f"{words} in steps of {self.step}"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        # int() alone would take '1_0', ' 5', other scripts' digits and numbers of any length
        if not re.fullmatch("-?[0-9]{1,10}", text):
            raise ValueError(self.allowed)
        number = int(text)
        if not self.low <= number <= self.high or (number - self.low) % self.step:
            raise ValueError(self.allowed)
        return f"{number:0{self.digits}}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some words, matched without regard to case and listed as declared."""

    words: tuple[str, ...]
    labels: tuple[str, ...] = ()
    """What each word means, in the same order, for a person who chooses."""

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        labelled = [f"{word} ({label})" for word, label in zip(self.words, self.labels, strict=False)]
        return ", ".join(labelled or self.words)

    def parse(self, text: str) -> str:
        """See `Kind`."""
        for word in self.words:
            if word.lower() == text.lower():
                return word
        raise ValueError(self.allowed)


@dataclass(frozen=True, slots=True)
class Text:
    """Printable text, at most `longest` characters."""

    longest: int = 64

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return f"at most {self.longest} printable characters"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        if len(text) > self.longest or not text.isprintable():
            raise ValueError(self.allowed)
        return text


@dataclass(frozen=True, slots=True)
class Matching:
    """Printable text of one form."""

    pattern: str
    """A regular expression for the whole of it, in the dialect that Python shares with a browser's ``pattern``."""
    allowed: str
    """See `Kind`."""
    longest: int = 255
    """Characters at most."""

    def parse(self, text: str) -> str:
        """See `Kind`."""
        if len(text) > self.longest or not text.isprintable() or not re.fullmatch(self.pattern, text):
            raise ValueError(self.allowed)
        return text


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address, listed in its shortest form."""

    versions: tuple[int, ...] = (4, 6)
    multicast: bool = False
    """Only addresses of groups (RFC 1112)."""

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return f"{'a multicast' if self.multicast else 'an'} {' or '.join(f'IPv{v}' for v in self.versions)} address"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise ValueError(self.allowed) from None
        # an interface's name may follow a %, and may be anything
        if "%" in text or address.version not in self.versions or (self.multicast and not address.is_multicast):
            raise ValueError(self.allowed)
        return str(address)


@dataclass(frozen=True, slots=True)
class Netmask:
    """An IPv4 subnet mask: ones, then zeros."""

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return "a subnet mask such as 255.255.255.0"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        try:
            zeros = ~int(ipaddress.IPv4Address(text)) & 0xFFFFFFFF
        except ValueError:
            raise ValueError(self.allowed) from None
        if zeros & (zeros + 1):
            raise ValueError(self.allowed)
        return text


_HOST = r"[A-Za-z0-9_]([A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?)*"
_NUMBER = r"(.*\.)?([0-9]+|0[xX][0-9A-Fa-f]*)"


@dataclass(frozen=True, slots=True)
class Host:
    """A host name (RFC 1123, and the underscore that local networks use) or an IP address."""

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return "a host name or an IP address"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        # what ends in a number would be read as an address by some resolvers: then it must be one
        if len(text) <= 253 and re.fullmatch(_HOST, text) and not re.fullmatch(_NUMBER, text):
            return text
        try:
            return Address().parse(text)
        except ValueError:
            raise ValueError(self.allowed) from None


@dataclass(frozen=True, slots=True)
class Day:
    """A date ``YYYY-MM-DD`` that the calendar has, within the 32 bits of a payload header's seconds (SDK 3.1)."""

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return "a date YYYY-MM-DD from 1971 to 2105"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) or not "1971" <= text < "2106":
            raise ValueError(self.allowed)
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(self.allowed) from None


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day or a length of time, ``hh:mm`` or ``hh:mm:ss``, listed as the latter."""

    low: str = "00:00:00"
    high: str = "23:59:59"

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return f"hh:mm:ss from {self.low} to {self.high}"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        match = re.fullmatch("([0-9]{1,2}):([0-5][0-9])(:[0-5][0-9])?", text)
        if not match:
            raise ValueError(self.allowed)
        hours, minutes, seconds = match.groups(":00")
        if not self.low <= (time := f"{hours:0>2}:{minutes}{seconds}") <= self.high:
            raise ValueError(self.allowed)
        return time


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset position, ``ENABLE|DURATION|NAME`` (SDK 10.31): 0 or 1, 1 to 30 seconds, at most 16 characters."""

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return "ENABLE|DURATION|NAME: 0 or 1, 1 to 30, at most 16 printable characters"

    def parse(self, text: str) -> str:
        """See `Kind`."""
        match = re.fullmatch(r"([01])\|([0-9]{1,2})\|([^|]{0,16})", text)
        if not match or not text.isprintable() or not 1 <= int(match[2]) <= 30:
            raise ValueError(self.allowed)
        return f"{match[1]}|{int(match[2])}|{match[3]}"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """What one of several kinds accepts, asked in order."""

    kinds: tuple[Kind, ...]

    @property
    def allowed(self) -> str:
        """See `Kind`."""
        return ", or ".join(kind.allowed for kind in self.kinds)

    def parse(self, text: str) -> str:
        """See `Kind`."""
        for kind in self.kinds:
            try:
                return kind.parse(text)
            except ValueError:
                continue
        raise ValueError(self.allowed)


YES_NO = OneOf(("yes", "no"))
ON_OFF = OneOf(("on", "off"))
HIGH_LOW = OneOf(("high", "low"))
FLAG = OneOf(("0", "1"), ("no", "yes"))
PORT = Integer(1, 65535)
EVEN_PORT = Integer(2, 65534, step=2)
NOTHING = Matching("", "nothing")
HEX = Matching("([0-9A-Fa-f]{2})*", "at most 64 hexadecimal digits, an even number of them", 64)
MAC = Matching("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}", "xx:xx:xx:xx:xx:xx in hexadecimal", 17)
EMAIL = Matching(r"[A-Za-z0-9.!#$%&'*+\/=?^_`\{\|\}~\-]{1,64}@" + _HOST, "an e-mail address")
URL = Matching(rf"https?://{_HOST}(:[0-9]{{1,5}})?(/[!-~]*)?", "an address http://... or https://...")
PATH = Matching(r"(?!(.*[\/\\])?\.\.([\/\\]|$)).*", "a path without '..', at most 255 printable characters")
SHARE = Matching(r'(?!\.\.?$)[^\/\\:*?"<>\|]*', "a share's name, at most 80 printable characters", 80)
HOST_OR_NOTHING = AnyOf((Host(), NOTHING))
IPV4_OR_NOTHING = AnyOf((Address((4,)), NOTHING))
IP_OR_NOTHING = AnyOf((Address(), NOTHING))
EMAIL_OR_NOTHING = AnyOf((EMAIL, NOTHING))
