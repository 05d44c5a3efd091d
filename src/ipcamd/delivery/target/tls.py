"""TLS settings of the camera as a client of FTP, mail and HTTP servers."""

import ssl


def client_context(certificate: str) -> ssl.SSLContext:
    """Return TLS settings. `certificate` is ``verify``, or ``any`` if the server's certificate is not checked.

    Certificates are checked against the system's authorities, or those that the environment names
    (``SSL_CERT_FILE``). Reads them from the disk, which blocks.
    """
    context = ssl.create_default_context()
    if certificate == "any":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
