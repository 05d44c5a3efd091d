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
"""Bytes of a nonce at most."""


def authorize(call: Call, request: Request, operation: Operation) -> Account | LoginRefusal:
    """Return the account that may call `operation`; `ANONYMOUS` if no login is needed. Raises ``Fault``.

    The router has checked a login in the HTTP head; it wins over a token (ONVIF Core, 5.9.1).
    """
    rank = operation.access.rank
    if rank is None:
        return ANONYMOUS  # a token is not looked at: the clock of a client that asks for the time may be off
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
        raise _malformed("a password in clear text is accepted over HTTPS alone")
    return authenticator.verify_token(token, call.address)


def read_token(element: Element) -> UsernameToken:
    """Return the token. Nonce and time of creation are required: else it could be replayed. Raises ``Fault``."""
    user, password, nonce, created = (element.find(name) for name in ("Username", "Password", "Nonce", "Created"))
    if not (user and password and nonce and created):
        raise _malformed("it needs Username, Password, Nonce and Created")
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
