"""TLS settings of the camera as a client of FTP, mail and HTTP servers, DDNS services and sources."""

import ssl


def client_context(certificate: str) -> ssl.SSLContext:
    """Return TLS settings with at least version 1.2. `certificate` is ``verify``, or ``any`` to accept every
    certificate.

    Certificates are verified with the system's authorities, or those of the environment (``SSL_CERT_FILE``). Reads them
    from disk, which blocks.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate == "any":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
