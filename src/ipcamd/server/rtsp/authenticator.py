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
        """Return the account of the request; `talk`: it includes talk, which needs a login and the rank ``users``.

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
    """Return the URL of a Digest login if it is the request's URL or one above it; otherwise the request's URL.

    Some clients (GStreamer) use the presentation's URL for the login of each request, also for its tracks.
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
    """Return a challenge with MD5 only, since no player supports SHA-256. live555 (VLC) reads realm and nonce only if
    they come first, in this order.
    """
    stale = ", stale=true" if refusal.reason is Reason.STALE else ""
    return f'Digest realm="{quoted(refusal.realm)}", nonce="{refusal.nonce}"{stale}, algorithm={MD5}, qop="auth"'
