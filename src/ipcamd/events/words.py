"""What went wrong with another host, in words that a person can act on."""

import base64
import socket
import ssl
from collections.abc import Iterable

LONGEST = 300
"""Characters of an explanation."""


def explain(error: Exception, host: str, port: int) -> str:
    """Say what an error of the operating system or of TLS means."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate of {host} is not to be trusted: {error.verify_message}"
        case ssl.SSLError():
            reason = (error.reason or "unknown").replace("_", " ").lower()
            return f"{host}:{port} and the camera cannot agree on TLS ({reason}): is that the port for TLS?"
        case socket.gaierror():
            return f"the host {host} is not found: is its name right, and does the name server work?"
        case ConnectionRefusedError():
            return f"nothing answers at {host}:{port}: is the service running, and the port right?"
        case ConnectionError() | EOFError():
            return f"{host} broke the connection off"
        case TimeoutError():
            return f"{host}:{port} does not answer: {error}" if str(error) else f"{host}:{port} does not answer"
        case OSError():
            return f"{host}:{port} cannot be reached: {error.strerror or error}"
    return f"{host} answered what makes no sense: {error}"


def is_away(error: Exception) -> bool:
    """Whether nobody answered at all, so that a wrong password or the like cannot be the cause."""
    return isinstance(error, OSError) and not isinstance(error, ssl.SSLError)


def clean(words: str, secrets: Iterable[str]) -> str:
    """Return the words fit for a log: one line, not too long, no password that the other side sent back."""
    for secret in secrets:
        for form in (secret, *_encoded(secret)):
            words = words.replace(form, "********")
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."


def _encoded(secret: str) -> Iterable[str]:
    """Return the forms in which SMTP sends a secret (RFC 4954); of what stands around it, all three offsets."""
    data = secret.encode()
    return (base64.b64encode(data).decode(),)
