"""Check of a private key and its certificates before use; messages describe the defect."""

import datetime
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.errors import RequestFailed

if TYPE_CHECKING:  # takes about 50 ms to import; cameras without HTTPS do not need it
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

MAX_CERTIFICATES = 8
"""Maximum number of certificates in a chain."""
MIN_RSA_BITS = 2048
"""Browsers refuse shorter keys (CA/Browser Forum Baseline Requirements, 6.1.5)."""
CLOCK_TOLERANCE = datetime.timedelta(days=1)
"""Tolerance for the start of validity, because the camera's clock may be slow."""

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_CURVES = ("secp256r1", "secp384r1")
_KEYS = "allowed: EC on P-256 or P-384, RSA of 2048 bits or more"


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """Private key and its certificates, as PEM."""

    chain: bytes
    """The server's certificate, then those of its issuers in order."""
    key: bytes
    """PKCS 8, not encrypted."""

    @property
    def certificate(self) -> "x509.Certificate":
        """The server's certificate."""
        from cryptography import x509

        return x509.load_pem_x509_certificate(self.chain)


def check(
    chain: bytes, key: bytes, password: str, now: datetime.datetime, *, may_begin_later: bool = False
) -> CertifiedKey:
    """Return PEM texts in the form that servers read, if they are usable now.

    `password` decrypts the key; "" for an unencrypted key. `may_begin_later`: the certificate need not be valid yet.
    Raises ``RequestFailed``.
    """
    from cryptography.hazmat.primitives import serialization

    certificates, private = _certificates(chain), load_key(key, password)
    _check_match(certificates, private.public_key())
    _check_order(certificates)
    _check_strength(certificates[0])
    _check_use(certificates[0])
    for number, certificate in enumerate(certificates, 1):
        _check_time(certificate, f"certificate {number}" if number > 1 else "certificate", now, may_begin_later)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)
    return CertifiedKey(pem, private.private_bytes(*form))


def load_key(pem: bytes, password: str = "") -> "PrivateKeyTypes":
    """Return the private key in a PEM text. Raises ``RequestFailed``."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(pem, password.encode() or None)
    except TypeError:
        wanted = "it is encrypted: send its password, or decrypt it (openssl pkey -in KEY -out KEY)"
        raise RequestFailed(f"key: {'it is not encrypted: send no password' if password else wanted}") from None
    except (ValueError, UnsupportedAlgorithm):
        hint = "; or the password is wrong" if password else ""
        raise RequestFailed(f"key: no private key in PEM (-----BEGIN PRIVATE KEY-----){hint}") from None


def same_key(one: "PublicKeyTypes", other: "PublicKeyTypes") -> bool:
    """Whether two public keys are the same."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return one.public_bytes(*form) == other.public_bytes(*form)


def _certificates(pem: bytes) -> "Sequence[x509.Certificate]":
    from cryptography import x509

    blocks = [match[0] for match in _PEM.finditer(pem) if match[1].endswith(b"CERTIFICATE")]
    if not blocks:
        raise RequestFailed("certificate: no certificate in PEM (-----BEGIN CERTIFICATE-----)")
    if len(blocks) > MAX_CERTIFICATES:
        raise RequestFailed(f"certificate: {len(blocks)} certificates; allowed: {MAX_CERTIFICATES}")
    try:
        certificates = [x509.load_pem_x509_certificate(block) for block in blocks]
        for one in certificates:
            _ = one.public_key(), one.subject, one.issuer, one.extensions, one.not_valid_after_utc
            _ = one.signature_hash_algorithm
    except Exception as error:
        raise RequestFailed(f"certificate: it cannot be read ({_first_line(error)})") from None
    return certificates


def _check_match(certificates: "Sequence[x509.Certificate]", public: "PublicKeyTypes") -> None:
    matching = [n for n, one in enumerate(certificates, 1) if same_key(one.public_key(), public)]
    if not matching:
        raise RequestFailed("key: it does not belong to the certificate")
    if matching[0] != 1:
        raise RequestFailed(
            f"certificate: number {matching[0]} is the server's and must come first; after it its issuer, and so on"
        )


def _check_order(certificates: "Sequence[x509.Certificate]") -> None:
    for number, (one, issuer) in enumerate(pairwise(certificates), 1):
        try:
            one.verify_directly_issued_by(issuer)
        except Exception:
            raise RequestFailed(
                f"certificate: number {number + 1} is not the issuer of number {number}; "
                "order: the server's, then its issuer, and so on"
            ) from None


def _check_strength(certificate: "x509.Certificate") -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    public = certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        if public.key_size < MIN_RSA_BITS:
            raise RequestFailed(f"key: RSA of {public.key_size} bits is too weak; {_KEYS}")
    elif not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name not in _CURVES:
        raise RequestFailed(f"key: not all browsers support this kind of key; {_KEYS}")
    if isinstance(algorithm := certificate.signature_hash_algorithm, hashes.MD5 | hashes.SHA1):
        raise RequestFailed(f"certificate: its signature uses {algorithm.name.upper()}, which is too weak")


def _check_use(certificate: "x509.Certificate") -> None:
    """Refuse a certificate whose extended key usage does not allow a server (RFC 5280, 4.2.1.12)."""
    from cryptography import x509

    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    oid = x509.oid.ExtendedKeyUsageOID
    if oid.SERVER_AUTH not in uses and oid.ANY_EXTENDED_KEY_USAGE not in uses:
        raise RequestFailed("certificate: it is not for servers (extended key usage lacks serverAuth)")


def _check_time(certificate: "x509.Certificate", what: str, now: datetime.datetime, may_begin_later: bool) -> None:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if end <= now:
        raise RequestFailed(f"{what}: it expired on {end:%Y-%m-%d}; this machine's date is {now:%Y-%m-%d}")
    if not may_begin_later and begin > now + CLOCK_TOLERANCE:
        raise RequestFailed(f"{what}: it is valid from {begin:%Y-%m-%d}; this machine's date is {now:%Y-%m-%d}")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]
