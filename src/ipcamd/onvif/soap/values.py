"""Lexical forms of XML Schema: conversion from text to Python values and back (XML Schema part 2)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

T_co = TypeVar("T_co", covariant=True)

Reader = Callable[[str], T_co]
"""Returns the value of a text. Raises ``ValueError`` with the allowed values."""

TOKEN_LENGTH = 64
"""Maximum number of characters of a ``tt:ReferenceToken``."""
ADDRESS_LENGTH = 1024
"""Maximum number of characters of an address."""

_DURATION = re.compile(
    r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)


def string(text: str) -> str:
    """Return the text unchanged."""
    return text


def token(text: str) -> str:
    """Return a reference token of 1 to 64 characters. Raises ``ValueError``."""
    if not 0 < len(text) <= TOKEN_LENGTH:
        raise ValueError(f"allowed are 1 to {TOKEN_LENGTH} characters")
    return text


def boolean(text: str) -> bool:
    """Return an ``xs:boolean``. Raises ``ValueError``."""
    if text not in ("true", "false", "1", "0"):
        raise ValueError("allowed are true and false")
    return text in ("true", "1")


def integer(text: str) -> int:
    """Return an ``xs:int``. Raises ``ValueError``."""
    if not re.fullmatch(r"[+-]?[0-9]{1,10}", text) or not -(2**31) <= int(text) < 2**31:
        raise ValueError("allowed are whole numbers of 32 bits")
    return int(text)


def real(text: str) -> float:
    """Return a finite ``xs:float``. Raises ``ValueError``."""
    if not re.fullmatch(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,2})?", text):
        raise ValueError("allowed are decimal numbers")
    return float(text)


def duration(text: str) -> timedelta:
    """Return an ``xs:duration``; a month counts as 30 days, a year as 365. Raises ``ValueError``."""
    match = _DURATION.fullmatch(text)
    if not match or text.endswith(("P", "T")) or len(text) > 40:
        raise ValueError("allowed are durations such as PT60S")
    years, months, days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    try:
        span = timedelta(days=365 * years + 30 * months + days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise ValueError("the duration is too long") from None
    return -span if match[1] else span


def moment(text: str) -> datetime:
    """Return an ``xs:dateTime``; without a zone it is UTC. Raises ``ValueError``."""
    try:
        value = datetime.fromisoformat(text)
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # conversion to UTC may lead to a year before 1
        raise ValueError("allowed are times such as 2030-01-31T12:00:00Z") from None


def utc_time(time_ns: int) -> datetime:
    """Return a time, nanoseconds since the epoch, as UTC."""
    return datetime.fromtimestamp(time_ns / 1e9, UTC)


def web_address(text: str) -> str:
    """Return an address of HTTP or HTTPS. Raises ``ValueError``."""
    try:
        is_web = urlsplit(text).scheme in ("http", "https")
    except ValueError:  # such as an unmatched [
        is_web = False
    if not is_web or len(text) > ADDRESS_LENGTH or not text.isprintable():
        raise ValueError("allowed are http and https addresses")
    return text


def one_of(*allowed: str) -> Reader[str]:
    """Return the reader of a choice of words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"allowed are {', '.join(allowed)}")
        return text

    return read


def text_of(value: object) -> str:
    """Return the lexical form of a value: texts, numbers, booleans, durations, times."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"{value:.6f}".rstrip("0").rstrip(".")
        case timedelta():
            return f"PT{text_of(value.total_seconds())}S"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)
