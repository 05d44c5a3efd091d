"""Login challenge: the HTTP response to a missing or refused login."""

from ipcamd.access.login_result import LoginRefusal, Reason
from ipcamd.errors import HttpError
from ipcamd.wire.http.digest import MD5, SHA256, basic_challenge, challenge


def login_error(refusal: LoginRefusal) -> HttpError:
    """Return the error to raise: 401 with challenges, 429, or 400."""
    match refusal.reason:
        case Reason.THROTTLED:
            return HttpError(429, refusal.reason.value, (("Retry-After", str(refusal.retry_after_s)),))
        case Reason.OTHER_URI:
            hint = "; a reverse proxy that cuts a path prefix must be a --trusted-proxy and set X-Forwarded-Prefix"
            return HttpError(400, refusal.reason.value + hint)
    error = HttpError(401, Reason.MISSING.value, [("WWW-Authenticate", text) for text in _challenges(refusal)])
    error.delay_s = refusal.delay_s
    return error


def _challenges(refusal: LoginRefusal) -> tuple[str, ...]:
    """Return challenges with MD5 before and after SHA-256: old clients support only MD5 and read the first challenge
    (Python's urllib) or the last Digest (FFmpeg); new clients choose the strongest."""
    realm, nonce, stale = refusal.realm, refusal.nonce, refusal.reason is Reason.STALE
    digests = [challenge(realm, nonce, algorithm, stale) for algorithm in (MD5, SHA256, MD5)]
    return (*digests, basic_challenge(realm))
