"""Security headers of the pages: Content Security Policy (CSP) and referrer policy."""

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'; "
    "media-src 'self' blob:"
)
"""Permitted sources of content, and sites that may frame the pages."""

SECURITY_HEADERS = (("Content-Security-Policy", CONTENT_SECURITY_POLICY), ("Referrer-Policy", "same-origin"))
"""Fields of each answer with a page or one of its files."""
