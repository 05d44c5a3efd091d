"""TLS certificate of the camera: the owner's, or else a self-signed one (SDK 10.26).

``tls.crt`` and ``tls.key`` in the state directory, PEM; who has a better certificate puts it there.
"""

import datetime
import logging
import socket
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from ipcamd.store.files import write_durably

if TYPE_CHECKING:  # takes some 50 ms to import, and most cameras never need it
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

CERTIFICATE, KEY = "tls.crt", "tls.key"

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2; only those that authenticate what they encrypt."""

_LIFE = datetime.timedelta(days=3650)
_DAY = datetime.timedelta(days=1)
_log = logging.getLogger(__name__)


class Certificate:
    """The files, and what servers need of them. May block for some milliseconds: not for the event loop."""

    def __init__(self, folder: Path) -> None:
        self._certificate = folder / CERTIFICATE
        self._key = folder / KEY
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        """For listeners; connections that begin after `load` use what that loaded."""
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_ciphers(CIPHERS)
        self._loaded = False

    def load(self) -> None:
        """Read the files; make new ones where they are missing or of no use. Raises ``OSError``."""
        if problem := self._problem():
            if self._key.exists() or self._certificate.exists():
                _log.error("the TLS certificate cannot be used (%s): the camera signs one itself", problem)
                self._set_aside()
            self._make()
        self.context.load_cert_chain(self._certificate, self._key)
        self._loaded = True

    def reload(self) -> None:
        """Read the files again, if they are in use. What cannot be read leaves all as it was."""
        if not self._loaded:
            return
        try:
            self.load()
        except OSError as error:
            _log.error("the TLS certificate stays as it was: %s", error)

    def _problem(self) -> str:
        """Return what is wrong with the files, or ""."""
        from cryptography import x509

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._certificate, self._key, password="")
            certificate = x509.load_pem_x509_certificate(self._certificate.read_bytes())
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            return str(error) or type(error).__name__
        return "it has expired" if certificate.not_valid_after_utc < _now() else ""

    def _set_aside(self) -> None:
        for path in (self._certificate, self._key):
            if path.exists():
                path.replace(path.with_name(f"{path.name}.unusable"))

    def _make(self) -> None:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_durably(self._key, pem)
        write_durably(self._certificate, _signed(key).public_bytes(serialization.Encoding.PEM))


def _signed(key: "ec.EllipticCurvePrivateKey") -> "x509.Certificate":
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ipcamd")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(_now() - _DAY).not_valid_after(_now() + _LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in dict.fromkeys(("localhost", _hostname()))]
    names += [x509.IPAddress(ip_address(loopback)) for loopback in ("127.0.0.1", "::1")]
    return builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, hashes.SHA256())


def _hostname() -> str:
    name = socket.gethostname()
    return name if name.isascii() and 0 < len(name) <= 64 else "localhost"


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
