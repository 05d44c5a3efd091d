"""TLS settings of the camera as a client: of FTP, mail and HTTP servers, of DDNS services and of its source."""

import ssl


def client_context(certificate: str = "verify") -> ssl.SSLContext:
    """Return TLS settings: version 1.2 at least. `certificate` is ``verify``, or ``any`` for an unchecked one.

    Certificates are checked against the system's authorities, or those that the environment names
    (``SSL_CERT_FILE``). Reads them from the disk, which blocks.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate == "any":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
