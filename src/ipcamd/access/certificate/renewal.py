"""Renewal of self-signed certificates: before they expire, and when the machine has a new name or address."""

import datetime
from collections.abc import Collection
from typing import TYPE_CHECKING

from ipcamd.access.certificate.self_signed import BACKDATE

if TYPE_CHECKING:
    from cryptography import x509

RENEW = datetime.timedelta(days=30)
"""Time before expiry at which a self-signed certificate is replaced."""
SETTLING = datetime.timedelta(minutes=10)
"""Age below which a self-signed certificate is replaced at once when the machine has a new name or address."""
LEAST_AGE = datetime.timedelta(hours=1)
"""Shortest life of an older one before that, because each change needs confirmation by its users."""
EARLIEST = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
"""An earlier time means that the clock is not set."""


def needs_renewal(own: "x509.Certificate", lacking: Collection[str], now: datetime.datetime) -> bool:
    """Return whether the camera replaces its self-signed certificate, which has none of the names `lacking`."""
    if own.not_valid_before_utc > now:  # signed while the clock was ahead, or the clock is not set yet
        return now > EARLIEST
    age = now - own.not_valid_before_utc - BACKDATE
    return own.not_valid_after_utc - RENEW < now or (bool(lacking) and not SETTLING < age < LEAST_AGE)
