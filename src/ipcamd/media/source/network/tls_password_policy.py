"""TLS and password policy of camera sources: accepted certificates, and whether passwords may be sent in clear text."""

import ssl
from enum import Enum

from ipcamd.egress.tls import client_context


class TlsPolicy(Enum):
    """Value of ``--source-tls``."""

    AUTO = "auto"
    """Every certificate is accepted; a password in clear text (Basic login) is sent only if the certificate can be
    verified."""
    VERIFY = "verify"
    """Only certificates that this computer's authorities, or those in ``SSL_CERT_FILE``, have signed are accepted."""
    ANY = "any"
    """Every certificate is accepted, and a password may be sent in clear text."""

    def contexts(self) -> "tuple[ssl.SSLContext, ...]":
        """Return the contexts to try, in order; see `permits_clear_password`."""
        certificates = ("verify", "any") if self is TlsPolicy.AUTO else (self.value,)
        return tuple(map(client_context, certificates))

    def permits_clear_password(self, context: ssl.SSLContext) -> bool:
        """Return whether a password may be sent in clear text over a connection made with `context`."""
        return self is TlsPolicy.ANY or context.verify_mode == ssl.CERT_REQUIRED


UNVERIFIED = (
    "has a certificate that cannot be verified; name a file with it in SSL_CERT_FILE, or use --source-tls auto or any"
)
"""Error message for a certificate that `TlsPolicy.VERIFY` refuses."""
