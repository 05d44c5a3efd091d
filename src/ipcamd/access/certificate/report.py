"""Certificate report: properties of a certificate as text."""

import datetime
import hashlib

from ipcamd.access.certificate.certificate_check import CertifiedKey
from ipcamd.access.certificate.self_signed import is_own, names_of
from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class CertificateReport:
    """Properties of the certificate in use."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime.datetime
    not_after: datetime.datetime
    key: str
    """Its kind, such as ``EC secp256r1``."""
    fingerprint: str
    """SHA-256 of its DER form, as pairs of hexadecimal digits."""
    is_self_signed: bool
    """Whether the camera signed it itself."""
    chain: str
    """PEM."""
    is_request_pending: bool
    """Whether a signing request is pending."""


def report_on(used: CertifiedKey, is_request_pending: bool) -> CertificateReport:
    """Return the properties of the first certificate."""
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate = used.certificate
    return CertificateReport(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        names=names_of(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key=_kind_of_key(certificate.public_key()),
        fingerprint=hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest().hex(":").upper(),
        is_self_signed=is_own(certificate),
        chain=used.chain.decode(),
        is_request_pending=is_request_pending,
    )


def _kind_of_key(public: object) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec

    if isinstance(public, ec.EllipticCurvePublicKey):
        return f"EC {public.curve.name}"
    return f"RSA {getattr(public, 'key_size', '')}"
