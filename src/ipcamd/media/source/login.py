"""Logging in at an HTTP camera: Digest (RFC 7616) with SHA-256 or MD5, or Basic (RFC 7617)."""

import base64
import re
import secrets
from collections.abc import Iterable, Iterator

from ipcamd.wire.digest import MD5, SHA256, Digest, answer, quoted, secret

_SCHEME = re.compile(r"(?:^|,)\s*(Basic|Digest)\s+", re.IGNORECASE)
_FIELD = re.compile(r'([-!#$%&\'*+.^_`|~0-9A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_ORDER = (SHA256, MD5, "")
"""What is preferred; "" is Basic."""


def authorization(challenges: Iterable[str], user: str, password: str, method: str, uri: str) -> str | None:
    """Return the ``Authorization`` field for the best of some ``WWW-Authenticate`` fields; None if none is known."""
    known = [(algorithm, fields) for algorithm, fields in _challenges(challenges) if algorithm in _ORDER]
    if not known:
        return None
    algorithm, fields = min(known, key=lambda each: _ORDER.index(each[0]))
    if not algorithm:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return _digest(algorithm, fields, user, password, method, uri)


def _challenges(lines: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    for line in lines:
        pieces = _SCHEME.split(line)
        for scheme, rest in zip(pieces[1::2], pieces[2::2], strict=True):
            fields = {name.lower(): inner or bare for name, inner, bare in _FIELD.findall(rest)}
            yield (fields.get("algorithm", MD5).upper() if scheme.lower() == "digest" else ""), fields


def _digest(algorithm: str, fields: dict[str, str], user: str, password: str, method: str, uri: str) -> str:
    fresh = "auth" in re.split(r"[\s,]+", fields.get("qop", "").lower())  # else as in RFC 2069
    realm, nonce = fields.get("realm", ""), fields.get("nonce", "")
    nc, cnonce = ("00000001", secrets.token_hex(8)) if fresh else ("", "")
    login = Digest(user, False, realm, nonce, uri, "", algorithm, nc, cnonce)
    response = answer(login, method, secret(algorithm, user, realm, password))
    parts = [f'username="{quoted(user)}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"']
    parts += [f"algorithm={algorithm}", f'response="{response}"']
    parts += [f'opaque="{fields["opaque"]}"'] if "opaque" in fields else []
    parts += ["qop=auth", f"nc={nc}", f'cnonce="{cnonce}"'] if fresh else []
    return "Digest " + ", ".join(parts)
