"""Bearer token in a request (RFC 6750, 2.1)."""

_SCHEME = "bearer"


def bearer_token(authorization: str) -> str | None:
    """Return the token in an ``Authorization`` field; None for another kind of login."""
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == _SCHEME else None
