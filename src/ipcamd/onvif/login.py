"""Login of an ONVIF request: HTTP Digest or Basic in its head, or a UsernameToken in its SOAP header."""

import base64
import binascii

from ipcamd.access.accounts import ANONYMOUS, Account
from ipcamd.access.login_result import LoginRefusal
from ipcamd.access.username_token import UsernameToken
from ipcamd.cgi.endpoint import Call
from ipcamd.onvif.operation import Operation
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.envelope import Request
from ipcamd.onvif.soap.fault import Fault, sender_fault
from ipcamd.onvif.soap.values import moment

NONCE_LIMIT = 256
"""Maximum bytes of a nonce."""


def authorize(call: Call, request: Request, operation: Operation) -> Account | LoginRefusal:
    """Return the account that may call `operation`; `ANONYMOUS` if no login is needed. Raises ``Fault``.

    The router has checked the login of the HTTP head, which takes precedence over a token (ONVIF Core, 5.9.1).
    """
    rank = operation.access.rank
    if rank is None:
        return ANONYMOUS  # ignore the token: clients call this before they know the camera's time
    account = _log_in(call, request)
    if isinstance(account, Account) and account.rank < rank:
        raise sender_fault("NotAuthorized", reason=f"{account.rank.name.lower()} may not call {operation.name}")
    return account


def _log_in(call: Call, request: Request) -> Account | LoginRefusal:
    authenticator = call.camera.authenticator
    if call.account is not ANONYMOUS:
        return call.account
    element = request.header.find("Security", "UsernameToken") if request.header else None
    if element is None:
        return authenticator.verify(call.head.method, call.head.target, None, call.address)
    token = read_token(element)
    if not (token.is_digest or call.over_tls):
        raise _malformed("a password in clear text is accepted only over HTTPS")
    return authenticator.verify_token(token, call.address)


def read_token(element: Element) -> UsernameToken:
    """Return the token. Raises ``Fault`` without nonce and creation time, which prevent replay attacks."""
    user, password, nonce, created = (element.find(name) for name in ("Username", "Password", "Nonce", "Created"))
    if not (user and password and nonce and created):
        raise _malformed("Username, Password, Nonce and Created are required")
    is_digest = password.attributes.get("Type", "").endswith("#PasswordDigest")
    try:
        made = moment(created.text)
        raw = base64.b64decode(nonce.text, validate=True)
    except (ValueError, binascii.Error):
        raise _malformed("Created must be a time, and Nonce Base64") from None
    if not 0 < len(raw) <= NONCE_LIMIT:
        raise _malformed(f"Nonce must have 1 to {NONCE_LIMIT} bytes")
    return UsernameToken(user.text, password.text, is_digest, raw, created.text, made.timestamp())


def _malformed(reason: str) -> Fault:
    return sender_fault("NotAuthorized", reason=f"UsernameToken: {reason}")
