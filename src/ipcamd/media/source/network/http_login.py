"""Login at an HTTP camera: Digest (RFC 7616) with SHA-256 or MD5, including session variants, or Basic (RFC 7617)."""

import base64
import re
import secrets
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from ipcamd.wire.http.digest import MD5, SHA256, BasicCredentials, DigestCredentials, answer, digest, quoted, secret

_SCHEME = re.compile(r"(?:^|,)\s*(Basic|Digest)\s+", re.IGNORECASE)
_FIELD = re.compile(r'([-!#$%&\'*+.^_`|~0-9A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_SESSION = "-SESS"
_ORDER = (SHA256, SHA256 + _SESSION, MD5, MD5 + _SESSION, "")
"""Kinds of login in order of preference; "" is Basic."""


def split_login(url: str) -> tuple[str, BasicCredentials]:
    """Return an address without login and fragment, and the login in it; user and password are "" without one."""
    parts = urlsplit(url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    return bare, BasicCredentials(unquote(parts.username or ""), unquote(parts.password or ""))


def authorization(
    challenges: Iterable[str], user: str, password: str, method: str, uri: str, in_clear: bool = True, count: int = 1
) -> str | None:
    """Return the ``Authorization`` field for the best of the ``WWW-Authenticate`` fields; None if all are unsupported.

    Without `in_clear`, Basic challenges are ignored, because an answer would reveal the password. `count` is the number
    of logins for these challenges, with this one.
    """
    known = [(kind, fields) for kind, fields in _challenges(challenges) if kind in _ORDER and (kind or in_clear)]
    if not known:
        return None
    kind, fields = min(known, key=lambda each: _ORDER.index(each[0]))
    if not kind:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return _digest(kind, fields, BasicCredentials(user, password), method, uri, count)


def may_log_in(challenges: Iterable[str], refused: int) -> bool:
    """Return whether to answer these challenges after this number of refused logins: the first ones, and once more
    those with a new nonce for an old one, because then the password was right (RFC 7616, 3.3)."""
    is_stale = any("stale=true" in each.lower().replace('"', "") for each in challenges)
    return not refused or (refused == 1 and is_stale)


def _challenges(lines: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    for line in lines:
        pieces = _SCHEME.split(line)
        for scheme, rest in zip(pieces[1::2], pieces[2::2], strict=True):
            fields = {name.lower(): inner or bare for name, inner, bare in _FIELD.findall(rest)}
            yield (fields.get("algorithm", MD5).upper() if scheme.lower() == "digest" else ""), fields


def _digest(kind: str, fields: dict[str, str], login: BasicCredentials, method: str, uri: str, count: int) -> str:
    user, password = login
    algorithm = kind.removesuffix(_SESSION)
    fresh = "auth" in re.split(r"[\s,]+", fields.get("qop", "").lower())  # otherwise as in RFC 2069
    realm, nonce, once = fields.get("realm", ""), fields.get("nonce", ""), secrets.token_hex(8)
    nc, cnonce = (f"{count:08x}", once) if fresh else ("", "")
    key = secret(algorithm, user, realm, password)
    if kind != algorithm:  # RFC 7616, 3.4.2
        key = digest(algorithm, f"{key}:{nonce}:{once}")
    response = answer(DigestCredentials(user, False, realm, nonce, uri, "", algorithm, nc, cnonce), method, key)
    parts = [f'username="{quoted(user)}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"']
    parts += [f"algorithm={kind.replace(_SESSION, '-sess')}", f'response="{response}"']
    parts += [f'opaque="{fields["opaque"]}"'] if "opaque" in fields else []
    parts += ["qop=auth", f"nc={nc}"] if fresh else []
    parts += [f'cnonce="{once}"'] if fresh or kind != algorithm else []
    return "Digest " + ", ".join(parts)
