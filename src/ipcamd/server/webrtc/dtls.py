"""DTLS server of one WebRTC client (RFC 8827): the handshake, and the derived SRTP keys (RFC 5764).

PyOpenSSL is imported for the first client.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.wire.webrtc.dtls_records import split_flight

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate
    from OpenSSL import SSL

DATAGRAM_BYTES = 1200
"""Largest datagram, in bytes: fits the MTU of all usual networks."""
_LABEL = b"EXTRACTOR-dtls_srtp"
_PROFILE = b"SRTP_AES128_CM_SHA1_80"
_KEY_BYTES, _SALT_BYTES = 16, 14
_LIFE_DAYS = 3650


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """Master keys, each with its salt."""

    received: bytes
    """Key for packets from the client."""
    sent: bytes


class DtlsContext:
    """Certificate and settings of all handshakes while the camera runs. Created in a worker thread."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.hashes import SHA256
        from OpenSSL import SSL

        key = ec.generate_private_key(ec.SECP256R1())
        certificate = sign_certificate(key)
        self.fingerprint = certificate.fingerprint(SHA256()).hex(":").upper()
        """SHA-256 fingerprint of the certificate, for answers."""
        self._context = SSL.Context(SSL.DTLS_METHOD)
        self._context.use_certificate(certificate)
        self._context.use_privatekey(key)
        self._context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _accept_any)
        self._context.set_tlsext_use_srtp(_PROFILE)
        self._context.set_cipher_list(b"ECDHE+AESGCM:ECDHE+CHACHA20")

    def connect(self) -> "SSL.Connection":
        """Return a connection for a new client, without a socket."""
        from OpenSSL import SSL

        connection = SSL.Connection(self._context, None)
        connection.set_accept_state()
        connection.set_ciphertext_mtu(DATAGRAM_BYTES)
        return connection


class DtlsServer:
    """Handshake with one client, and the alerts after it."""

    def __init__(
        self,
        context: DtlsContext,
        fingerprint: str,
        send: Callable[[bytes], None],
        done: Callable[[SrtpKeys], None],
        failed: Callable[[str], None],
    ) -> None:
        """`fingerprint` is that of the client's certificate in the offer; `send` sends a datagram. `done` gets the keys
        after the handshake; `failed` gets the reason, or "" if the client has closed the connection."""
        self._connection = context.connect()
        self._fingerprint = fingerprint
        self._send = send
        self._done = done
        self._failed = failed
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = self._is_closed = False

    def receive(self, datagram: bytes) -> None:
        """Handle a datagram of the client."""
        from OpenSSL import SSL

        if self._is_closed:
            return
        self._connection.bio_write(datagram)
        try:
            if self._is_open:
                self._connection.recv(1)  # alerts only; clients send no data
            else:
                self._connection.do_handshake()
                self._finish()
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self._fail("")
        except (SSL.Error, ValueError) as error:
            self._fail(f"DTLS failed: {error}")
        self._flush()

    def close(self) -> None:
        """Tell the client that the connection ends."""
        from OpenSSL import SSL

        if self._timer:
            self._timer.cancel()
        if self._is_closed:
            return
        self._is_closed = True
        if self._is_open:
            try:
                self._connection.shutdown()
                self._send_waiting()
            except SSL.Error:
                return

    def _finish(self) -> None:
        """Check the client's certificate against the offer. Raises ``ValueError``."""
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None or not _matches(certificate, self._fingerprint):
            raise ValueError("the certificate is not that of the offer")
        if self._connection.get_selected_srtp_profile() != _PROFILE:
            raise ValueError("the client knows no common SRTP profile")
        exported = self._connection.export_keying_material(_LABEL, 2 * (_KEY_BYTES + _SALT_BYTES))
        salts = exported[2 * _KEY_BYTES :]
        self._is_open = True
        self._flush()  # send the last flight before the first packet
        self._done(
            SrtpKeys(
                exported[:_KEY_BYTES] + salts[:_SALT_BYTES],
                exported[_KEY_BYTES : 2 * _KEY_BYTES] + salts[_SALT_BYTES:],
            )
        )

    def _fail(self, why: str) -> None:
        if not self._is_closed:
            self._flush()
            self._is_closed = True
            self._failed(why)

    def _flush(self) -> None:
        """Send the pending flight, and retransmit it if the client does not answer."""
        if self._is_closed:
            return
        self._send_waiting()
        if self._timer:
            self._timer.cancel()
        wait_s = self._connection.DTLSv1_get_timeout()
        self._timer = None if wait_s is None else asyncio.get_running_loop().call_later(wait_s, self._send_again)

    def _send_waiting(self) -> None:
        from OpenSSL import SSL

        flight = b""
        while True:
            try:
                flight += self._connection.bio_read(1 << 16)
            except SSL.WantReadError:
                break
        for datagram in split_flight(flight, DATAGRAM_BYTES):
            self._send(datagram)

    def _send_again(self) -> None:
        from OpenSSL import SSL

        self._timer = None
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            self._fail(f"DTLS timed out: {error}")
        self._flush()


def _accept_any(*_: object) -> bool:
    """Accept every certificate: its fingerprint is compared later."""
    return True


def sign_certificate(key: "EllipticCurvePrivateKey") -> "Certificate":
    """Return a self-signed certificate for `key`."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ipcamd")])
    begin = datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=_LIFE_DAYS))
        .sign(key, SHA256())
    )


def _matches(certificate: "Certificate", fingerprint: str) -> bool:
    from cryptography.hazmat.primitives import hashes

    kinds = {"sha-256": hashes.SHA256(), "sha-384": hashes.SHA384(), "sha-512": hashes.SHA512()}
    name, _, digits = fingerprint.partition(" ")
    kind = kinds.get(name.lower())
    return kind is not None and certificate.fingerprint(kind).hex(":").upper() == digits.upper()
