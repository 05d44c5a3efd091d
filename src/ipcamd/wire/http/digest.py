"""HTTP logins: Basic (RFC 7617) and Digest (RFC 7616, and RFC 2069 for clients from before 1999), also for RTSP.

This module contains syntax and arithmetic; `ipcamd.access.authenticator` checks the logins.
"""

import binascii
import hashlib
import re
from typing import NamedTuple

MD5 = "MD5"
SHA256 = "SHA-256"
"""Names of the hash algorithms (RFC 7616, 3.3)."""
ALGORITHMS = {MD5: 32, SHA256: 64}
"""The supported algorithms, and the number of hexadecimal digits of each hash."""

LONGEST = 4096
"""Maximum number of characters of a login."""

# An element of the list; or blanks and empty elements; or, as a group, the first invalid character. Values may be
# quoted or unquoted, whatever the RFC requires, because old clients differ.
_ELEMENT = re.compile(
    r"""[ \t,]* ([-!#$%&'*+.^_`|~0-9A-Za-z]+) [ \t]*=[ \t]*
        (?: "( [^"\\\x00-\x1f\x7f]* (?: \\[^\x00-\x1f\x7f] [^"\\\x00-\x1f\x7f]* )* )" | ([^\s,"\x00-\x1f\x7f]+) )
        [ \t]* (?=,|\Z) | [ \t,]+\Z | (.)""",
    re.VERBOSE | re.DOTALL,
)
_HEXADECIMAL = re.compile("[0-9a-fA-F]+")
_EXTENDED = re.compile(r"(?i:utf-8)'[-A-Za-z0-9]*'((?:[-!#$&+.^_`|~0-9A-Za-z]|%[0-9A-Fa-f]{2})+)")


class BasicCredentials(NamedTuple):
    """A login with the password itself."""

    user: str
    password: str


class DigestCredentials(NamedTuple):
    """A login that proves knowledge of the password (RFC 7616, 3.4)."""

    user: str
    """Name, or its hash if `hashed` (RFC 7616, 3.4.4)."""
    hashed: bool
    realm: str
    nonce: str
    uri: str
    response: str
    """Lower-case hexadecimal, as long as `algorithm` makes it."""
    algorithm: str
    """`MD5` or `SHA256`."""
    nc: str
    """Use count of the nonce, eight hexadecimal digits as sent; empty for a login of RFC 2069."""
    cnonce: str


def parse(text: str) -> BasicCredentials | DigestCredentials:
    """Return the login in an ``Authorization`` field. Raises ``ValueError`` for an invalid or unknown one."""
    scheme, _, rest = text.strip(" \t").partition(" ")
    if len(text) > LONGEST:
        raise ValueError("too long")
    match scheme.lower():
        case "digest":
            return _digest(_elements(rest))
        case "basic":
            return _basic(rest.strip(" \t"))
    raise ValueError("unknown scheme")


def challenge(realm: str, nonce: str, algorithm: str, stale: bool = False) -> str:
    """Return a Digest challenge. `realm` is printable ASCII; `stale`: the password was correct, the nonce is old."""
    again = ", stale=true" if stale else ""
    return f'Digest realm="{quoted(realm)}", qop="auth", algorithm={algorithm}, nonce="{nonce}", charset=UTF-8{again}'


def basic_challenge(realm: str) -> str:
    """Return a Basic challenge. `realm` is printable ASCII."""
    return f'Basic realm="{quoted(realm)}", charset="UTF-8"'


def quoted(text: str) -> str:
    """Return `text` escaped for use between quotation marks."""
    return text.replace("\\", r"\\").replace('"', r"\"")


def digest(algorithm: str, text: str) -> str:
    """Return the hash of a text as lower-case hexadecimal."""
    data = text.encode("utf-8", "replace")
    return (hashlib.md5(data, usedforsecurity=False) if algorithm == MD5 else hashlib.sha256(data)).hexdigest()


def secret(algorithm: str, user: str, realm: str, password: str) -> str:
    """Return the secret in place of the password in `answer`: H(A1), specific to user and realm (RFC 7616, 3.4.2)."""
    return digest(algorithm, f"{user}:{realm}:{password}")


def answer(sent: DigestCredentials, method: str, secret: str) -> str:
    """Return the correct response for this login (RFC 7616, 3.4.1; RFC 2069, 2.4)."""
    request = digest(sent.algorithm, f"{method}:{sent.uri}")
    once = f"{sent.nonce}:{sent.nc}:{sent.cnonce}:auth" if sent.nc else sent.nonce
    return digest(sent.algorithm, f"{secret}:{once}:{request}")


def _basic(text: str) -> BasicCredentials:
    data = binascii.a2b_base64(text, strict_mode=True)
    try:
        pair = data.decode()
    except UnicodeDecodeError:  # from before RFC 7617
        pair = data.decode("latin-1")
    user, colon, password = pair.partition(":")
    if not colon:
        raise ValueError("no colon")
    return BasicCredentials(user, password)


def _elements(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ELEMENT.finditer(text):
        name, inner, bare, wrong = match.groups()
        if wrong is not None or (name is not None and name.lower() in found):
            raise ValueError("not a list of different parameters")
        if name is not None:
            found[name.lower()] = bare if bare is not None else _unquoted(inner)
    return found


def _unquoted(inner: str) -> str:
    return re.sub(r"\\(.)", r"\1", inner) if "\\" in inner else inner


def _digest(found: dict[str, str]) -> DigestCredentials:
    name, hashed = _user(found)
    algorithm = found.get("algorithm", MD5).upper()
    response = found.get("response", "").lower()
    if len(response) != ALGORITHMS.get(algorithm) or _HEXADECIMAL.fullmatch(response) is None:
        raise ValueError("response does not fit the algorithm")
    nc, cnonce = _use(found)
    try:
        return DigestCredentials(
            name, hashed, found["realm"], found["nonce"], found["uri"], response, algorithm, nc, cnonce
        )
    except KeyError as error:
        raise ValueError(f"{error} is missing") from error


def _user(found: dict[str, str]) -> tuple[str, bool]:
    hashed = found.get("userhash", "false").lower() == "true"
    name, extended = found.get("username"), found.get("username*")
    if (name is None) == (extended is None) or (hashed and name is None):
        raise ValueError("one of username and username* is needed, and the hash cannot be in the latter")
    return (_extended(extended) if extended is not None else name or ""), hashed


def _extended(text: str) -> str:
    """Return the value of ``UTF-8''J%C3%A4ger`` (RFC 8187)."""
    match = _EXTENDED.fullmatch(text)
    if match is None:
        raise ValueError("username* is not in UTF-8")
    return re.sub(b"%(..)", lambda m: bytes.fromhex(m[1].decode()), match[1].encode()).decode()


def _use(found: dict[str, str]) -> tuple[str, str]:
    """Return nc and cnonce; both empty for a login of RFC 2069."""
    if "qop" not in found:
        return "", ""
    nc = found.get("nc", "")
    if found["qop"].lower() != "auth" or "cnonce" not in found or len(nc) != 8 or _HEXADECIMAL.fullmatch(nc) is None:
        raise ValueError("qop is not auth, or nc or cnonce is missing")
    return nc, found["cnonce"]
