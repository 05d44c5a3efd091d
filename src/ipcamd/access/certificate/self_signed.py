"""Self-signed certificates and signing requests: ECDSA on P-256, with the camera's names and addresses."""

import datetime
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ipcamd.access.certificate.certificate_check import CertifiedKey

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

LIFE = datetime.timedelta(days=825)
"""Longest validity that all systems accept (Apple's limit for certificates that a user trusts)."""
BACKDATE = datetime.timedelta(days=1)
"""Start of validity in the past, for clients with slow clocks."""

_COMMON_NAME = "ipcamd"


def sign_itself(names: Sequence[str], now: datetime.datetime) -> CertifiedKey:
    """Return a new key and its self-signed certificate for these host names and IP addresses."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    key, name = _new_key(), _subject(_COMMON_NAME)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - BACKDATE).not_valid_after(now - BACKDATE + LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    public = key.public_key()
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
    builder = builder.add_extension(_alternative_names(names), critical=False)
    return CertifiedKey(_pem(builder.sign(key, hashes.SHA256())), _key_pem(key))


def request_signature(names: Sequence[str]) -> tuple[bytes, bytes]:
    """Return a signing request (PKCS 10) for these names, and its new private key; both PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    key = _new_key()
    builder = x509.CertificateSigningRequestBuilder(_subject(names[0][:64]))
    builder = builder.add_extension(_alternative_names(names), critical=False)
    return _pem(builder.sign(key, hashes.SHA256())), _key_pem(key)


def is_own(certificate: "x509.Certificate") -> bool:
    """Whether the camera signed it itself, so that the camera may replace it."""
    return certificate.subject == certificate.issuer == _subject(_COMMON_NAME)


def names_of(certificate: "x509.Certificate") -> tuple[str, ...]:
    """Return the host names and IP addresses of the certificate."""
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    found = names.get_values_for_type(x509.DNSName), map(str, names.get_values_for_type(x509.IPAddress))
    return tuple(name for kind in found for name in kind)


def _new_key() -> "ec.EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _subject(common_name: str) -> "x509.Name":
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def _key_usage() -> "x509.KeyUsage":
    """Return the purpose of the key: only signatures."""
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative_names(names: Sequence[str]) -> "x509.SubjectAlternativeName":
    from cryptography import x509

    return x509.SubjectAlternativeName([_general_name(name) for name in names])


def _general_name(name: str) -> "x509.GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(signed: "x509.Certificate | x509.CertificateSigningRequest") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return signed.public_bytes(Encoding.PEM)


def _key_pem(key: "ec.EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
