"""Confirmation page: shows a request that changes something and may come from another site, and sends it after a click.

The form posts to the requested URL, so that the page contains no value; the page cannot be framed.
"""

import base64
import hashlib
import html

from ipcamd.cgi.endpoint import Reply
from ipcamd.server.http.log_redaction import redacted
from ipcamd.wire.http.message import Head

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 40rem; margin: 12vh auto; padding: 0 1.25rem }
h1 { font-size: 1.375rem }
code { display: block; padding: .75rem 1rem; border: 1px solid #8888; border-radius: .5rem; overflow-wrap: anywhere }
button { font: inherit; padding: .5rem 1.25rem; animation: appear 1s steps(1, end) }
@keyframes appear { from { visibility: hidden } }
"""
"""The button appears after a second, so a click meant for another element at that place does not count."""

_SCRIPT = """
document.forms[0].onsubmit = async (event) => {
  event.preventDefault();
  const url = new URL(location.href);
  url.username = url.password = "";
  const answer = await fetch(url, { method: "POST", headers: { "X-Camera-Page": "1" } });
  document.body.innerText = await answer.text();
};
"""
"""Sends the request with the field that proves the page's origin, even behind a proxy that replaces ``Host``."""

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Confirm the request</title>
<style>{style}</style>
<h1>Send this request to the camera?</h1>
<p>It changes the camera, and the browser does not report whether you entered it or another site sent it.
If you did not request it, close this page.</p>
<p><code>{request}</code></p>
<form method="post"><button>Send the request</button></form>
<script>{script}</script>
</html>
"""


def confirmation(head: Head) -> Reply:
    """Return the page for this request."""
    page = _PAGE.format(style=_STYLE, script=_SCRIPT, request=html.escape(redacted(head.target)))
    policy = (
        f"default-src 'none'; style-src {_source(_STYLE)}; script-src {_source(_SCRIPT)}; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = (
        ("Content-Security-Policy", policy),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),  # "no-referrer" would make the form's Origin null
    )
    return Reply(page.encode(), content_type="text/html; charset=utf-8", headers=headers)


def _source(text: str) -> str:
    """Return the source expression of an inline style or script (Content Security Policy)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
