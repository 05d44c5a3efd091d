"""Who may watch, and who may speak."""

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
    """Who knows the accounts: `ipcamd.access.login`."""

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
            raise Refused(error.status, _old_clients_first(error), error.delay) from None
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


def _old_clients_first(error: HttpError) -> list[tuple[str, str]]:
    """Put the challenge first that all players know: many look at no other."""
    return sorted(error.headers, key=lambda field: "SHA-256" in field[1])
