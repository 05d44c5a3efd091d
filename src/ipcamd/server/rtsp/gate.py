"""Who may watch, and who may speak."""

import re
from typing import Protocol

from ipcamd.access.accounts import Account
from ipcamd.errors import HttpError
from ipcamd.params.group import Rank
from ipcamd.server.rtsp.answer import Refused
from ipcamd.wire.digest import Digest, parse
from ipcamd.wire.rtsp import Request

NOBODY = Account("", Rank.GUEST)
"""Who watches without a login (``System.RTSPAuth=no``)."""


class Doorkeeper(Protocol):
    """Who knows the accounts: `ipcamd.access.authenticator`."""

    def verify(self, method: str, target: str, authorization: str | None, address: str) -> Account:
        """Return whose login it is; raise ``HttpError`` 400, 401 or 429."""


class Gate:
    """Lets requests in."""

    def __init__(self, login: Doorkeeper) -> None:
        self.login_needed = True
        """Whether viewers must log in (``System.RTSPAuth``)."""
        self._login = login

    def check(self, request: Request, address: str, *, talk: bool = False) -> Account:
        """Return who sent the request; `talk`: it wants to speak, which needs a login and the rank of users.

        Raises `Refused`: 401, 403, 429.
        """
        if not talk and not self.login_needed:
            return NOBODY
        authorization = request.fields.get("authorization")
        try:
            account = self._login.verify(request.method, _claimed(request, authorization), authorization, address)
        except HttpError as error:
            raise Refused(error.status, _for_players(error), error.delay) from None
        if talk and account.rank < Rank.USERS:
            raise Refused(403)
        return account


def _claimed(request: Request, authorization: str | None) -> str:
    """Return the URL that a Digest login was made for, if it is the request's or one above it, else the request's.

    Some clients (GStreamer) log in to the presentation with each request, also for its tracks.
    """
    try:
        sent = parse(authorization or "")
    except ValueError:
        return request.target
    above = isinstance(sent, Digest) and sent.uri and request.target.startswith(sent.uri.rstrip("/") + "/")
    return sent.uri if isinstance(sent, Digest) and above else request.target


def _for_players(error: HttpError) -> list[tuple[str, str]]:
    """Return an error's headers with challenges that all players understand.

    None knows SHA-256, and ffmpeg gives up when the last challenge names it; live555 (VLC) reads realm and nonce only
    if they stand first, in this order.
    """
    return [(name, _realm_and_nonce_first(value)) for name, value in error.headers if "SHA-256" not in value]


def _realm_and_nonce_first(challenge: str) -> str:
    if not challenge.startswith("Digest "):
        return challenge
    parameters = dict(re.findall(r'([a-z]+)=("[^"]*"|[^",\s]+)', challenge))
    known = ("realm", "nonce", "stale", "algorithm", "qop")
    return "Digest " + ", ".join(f"{name}={parameters[name]}" for name in known if name in parameters)
