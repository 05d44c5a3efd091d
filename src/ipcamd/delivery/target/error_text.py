"""Error texts about other hosts, with possible remedies."""

import base64
import binascii
import re
import socket
import ssl

from ipcamd.errors import DeliveryError

LONGEST = 300
"""Maximum number of characters quoted from a target."""
_HIDDEN = "********"

_CODED = re.compile("[A-Za-z0-9+/]{2,}={0,2}")


def explain_error(error: Exception, host: str, port: int) -> DeliveryError:
    """Return a readable text for an error of the operating system, of TLS or of a library."""
    far = isinstance(error, OSError | EOFError)
    away = far and (not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLEOFError))
    return DeliveryError(_meaning(error, host, port), "" if far else str(error), away)


def redact(words: str, secret: str) -> str:
    """Return a target's message for the log: one short line without the password, plain or in base64."""
    if secret:
        words = _CODED.sub(lambda match: _HIDDEN if secret in _decoded(match[0]) else match[0], words)
        words = words.replace(secret, _HIDDEN)
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."


def _meaning(error: Exception, host: str, port: int) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate of {host} cannot be trusted: {error.verify_message}"
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return f"{host} closed the connection"
        case ssl.SSLError():
            reason = (getattr(error, "reason", None) or "unknown").replace("_", " ").lower()
            return f"{host}:{port} cannot agree with the camera on TLS ({reason}): is this the TLS port?"
        case socket.gaierror():
            return f"the host {host} is not found: check the name and the name server"
        case ConnectionRefusedError():
            return f"nothing answers at {host}:{port}: is the service running, and the port right?"
        case ConnectionError() | EOFError():
            return f"{host} closed the connection"
        case TimeoutError():
            return f"{host}:{port} does not answer: {error}" if str(error) else f"{host}:{port} does not answer"
        case OSError():
            return f"{host}:{port} cannot be reached: {error.strerror or error}"
    return f"{host} sent an invalid answer"


def _decoded(text: str) -> str:
    """Return the decoded text of a base64 word; "" if it is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
    except binascii.Error:
        return ""
