"""RTSP authenticator: permission to watch and to talk."""

from ipcamd.access.accounts import ANONYMOUS, Account
from ipcamd.access.login_result import LoginRefusal, LoginVerifier, Reason
from ipcamd.params.group import Rank
from ipcamd.server.rtsp.response import RtspError
from ipcamd.wire.http.digest import MD5, DigestCredentials, basic_challenge, parse, quoted
from ipcamd.wire.rtsp.message import RtspRequest


class RtspAuthenticator:
    """Checks the logins of requests, and formats challenges that all players understand."""

    def __init__(self, verifier: LoginVerifier) -> None:
        self.login_needed = True
        """Whether viewers must log in (``System.RTSPAuth``)."""
        self._verifier = verifier

    def check(self, request: RtspRequest, address: str, *, talk: bool = False) -> Account:
        """Return the account of the request; `talk`: it wants to speak, which needs a login and the rank of users.

        Raises `RtspError`: 400, 401, 403, 429.
        """
        if not talk and not self.login_needed:
            return ANONYMOUS
        authorization = request.fields.get("authorization")
        target = _claimed_target(request, authorization)
        account = self._verifier.verify(request.method, target, authorization, address)
        if isinstance(account, LoginRefusal):
            raise _refused(account)
        if talk and account.rank < Rank.USERS:
            raise RtspError(403)
        return account


def _claimed_target(request: RtspRequest, authorization: str | None) -> str:
    """Return the URL that a Digest login was made for, if it is the request's or one above it, else the request's.

    Some clients (GStreamer) log in to the presentation with each request, also for its tracks.
    """
    try:
        sent = parse(authorization or "")
    except ValueError:
        return request.target
    above = isinstance(sent, DigestCredentials) and sent.uri and request.target.startswith(sent.uri.rstrip("/") + "/")
    return sent.uri if isinstance(sent, DigestCredentials) and above else request.target


def _refused(refusal: LoginRefusal) -> RtspError:
    match refusal.reason:
        case Reason.THROTTLED:
            return RtspError(429, (("Retry-After", str(refusal.retry_after_s)),))
        case Reason.OTHER_URI:
            return RtspError(400)
    challenges = (_digest_challenge(refusal), basic_challenge(refusal.realm))
    return RtspError(401, [("WWW-Authenticate", challenge) for challenge in challenges], refusal.delay_s)


def _digest_challenge(refusal: LoginRefusal) -> str:
    """Return a challenge with MD5 alone: no player knows SHA-256.

    live555 (VLC) reads realm and nonce only if they stand first, in this order.
    """
    stale = ", stale=true" if refusal.reason is Reason.STALE else ""
    return f'Digest realm="{quoted(refusal.realm)}", nonce="{refusal.nonce}"{stale}, algorithm={MD5}, qop="auth"'
