"""Client's side of a login with its own arithmetic, and a clock controlled by the test."""

import base64
import hashlib
import re
from dataclasses import dataclass

from ipcamd.access.login_challenge import login_error
from ipcamd.access.login_result import LoginRefusal


@dataclass
class SimulatedClock:
    """Seconds, as `time.monotonic` would give them."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def basic(user: str, password: str) -> str:
    """Return a Basic login."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def challenged(refusal: LoginRefusal, algorithm: str = "SHA-256") -> dict[str, str]:
    """Return the parameters of the challenge of that algorithm in a 401."""
    error = login_error(refusal)
    assert error.status == 401
    (field,) = {
        value for name, value in error.headers if name == "WWW-Authenticate" and f"algorithm={algorithm}," in value
    }
    return {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"((?:[^"])*)"|([^ ,]+))', field)}


def digest(
    challenge: dict[str, str],
    user: str,
    password: str,
    uri: str = "/x",
    *,
    method: str = "GET",
    nc: int | None = 1,
    name: str | None = None,
) -> str:
    """Return the Digest login for a challenge; without `nc` as in RFC 2069. `name` replaces the username field."""
    algorithm, realm, nonce = challenge["algorithm"], challenge["realm"], challenge["nonce"]
    secret, request = _hash(algorithm, f"{user}:{realm}:{password}"), _hash(algorithm, f"{method}:{uri}")
    use = "" if nc is None else f"{nc:08x}:Zm9v:auth:"
    response = _hash(algorithm, f"{secret}:{nonce}:{use}{request}")
    said = name or f'username="{user}"'
    fields = f'{said}, realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", algorithm={algorithm}'
    return f"Digest {fields}" + ("" if nc is None else f', qop=auth, nc={nc:08x}, cnonce="Zm9v"')


def _hash(algorithm: str, text: str) -> str:
    return hashlib.new({"MD5": "md5", "SHA-256": "sha256"}[algorithm], text.encode()).hexdigest()
