"""TLS context of the camera's servers: TLS 1.2 and 1.3 with authenticated encryption only."""

import datetime
import os
import ssl

from ipcamd.access.certificate.certificate_check import CertifiedKey, check
from ipcamd.errors import RequestFailed

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Cipher suites of TLS 1.2; those of TLS 1.3 need no restriction."""
CURVE = "prime256v1"
"""Group of the key exchange; every client supports it (RFC 8446, 9.1).

Python's contexts allow one group or all, including finite fields: a client that requests 8192 bits keeps the event loop
busy for 10 ms (CVE-2002-20001).
"""


def server_context(used: CertifiedKey) -> ssl.SSLContext:
    """Return a new context. Raises ``ssl.SSLError`` for files that OpenSSL rejects.

    A context never gets a second certificate: OpenSSL would offer one for each kind of key.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.set_ecdh_curve(CURVE)
    context.options |= ssl.OP_NO_RENEGOTIATION
    fd = os.memfd_create("certificate")  # Python loads certificates only from files
    try:
        os.write(fd, used.key + used.chain)
        context.load_cert_chain(f"/proc/self/fd/{fd}", password="")
    finally:
        os.close(fd)
    return context


def checked(
    chain: bytes, key: bytes, password: str, now: datetime.datetime, *, may_begin_later: bool = False
) -> CertifiedKey:
    """Return a certificate with its key if a server can use them now. Raises ``RequestFailed``.

    `may_begin_later` accepts a certificate of the future: a machine without a battery starts in 1970.
    """
    found = check(chain, key, password, now, may_begin_later=may_begin_later)
    try:
        server_context(found)
    except ssl.SSLError as error:
        raise RequestFailed(f"certificate: {error.reason or error}") from None
    return found
