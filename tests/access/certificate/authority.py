"""A certificate authority for tests: issues valid and invalid certificates."""

import datetime
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
DAY = datetime.timedelta(days=1)
_USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
_SIGNS = x509.KeyUsage(
    **dict.fromkeys((*_USES, "encipher_only", "decipher_only"), False), key_cert_sign=True, crl_sign=True
)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(key: Key, password: str = "") -> bytes:
    encryption: KeySerializationEncryption = NoEncryption()
    if password:
        encryption = BestAvailableEncryption(password.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@dataclass
class Authority:
    """One authority; `parent` is None for a root."""

    name: str = "Test Root"
    parent: "Authority | None" = None
    key: Key = field(default_factory=new_key)

    def __post_init__(self) -> None:
        issuer = self.parent or self
        self.certificate = issuer.sign(self.name, self.key.public_key(), is_authority=True)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(self, key: Key, **more: object) -> bytes:
        """Return a server's certificate for localhost."""
        return self.sign("localhost", key.public_key(), **more).public_bytes(Encoding.PEM)

    def answer(self, request: str) -> bytes:
        """Return the certificate for a signing request, with the names that it asks for."""
        asked = x509.load_pem_x509_csr(request.encode())
        assert asked.is_signature_valid
        names = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return self.sign("asked", asked.public_key(), names=names).public_bytes(Encoding.PEM)

    def sign(
        self,
        name: str,
        public: object,
        *,
        is_authority: bool = False,
        begin: datetime.timedelta = -DAY,
        end: datetime.timedelta = 90 * DAY,
        use: x509.ObjectIdentifier | None = None,
        names: x509.SubjectAlternativeName | None = None,
    ) -> x509.Certificate:
        subject, issuer = (
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (name, self.name)
        )
        own = self.key.public_key()
        builder = x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number())  # type: ignore[arg-type]
        builder = builder.not_valid_before(NOW + begin).not_valid_after(NOW + end)
        builder = builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own), critical=False)
        subject_key = x509.SubjectKeyIdentifier.from_public_key(public)  # type: ignore[arg-type]
        builder = builder.add_extension(subject_key, critical=False)
        if is_authority:
            builder = builder.add_extension(_SIGNS, critical=True)
        else:
            found = names or x509.SubjectAlternativeName([x509.DNSName("localhost")])
            builder = builder.add_extension(found, critical=False)
        if use:
            builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        return builder.sign(self.key, hashes.SHA256())
