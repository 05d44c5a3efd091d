"""Web pages, their files under ``/web/``, and the home page's requests about clock and picture."""

import hashlib
import html
import json
import re
from functools import cache
from pathlib import Path

from ipcamd.cgi.endpoint import Action, Call, Endpoint, Reply, never
from ipcamd.params.group import Rank

_STATIC = Path(__file__).with_name("static")
_MODULES = (
    "address",
    "main",
    "multipart",
    "payload",
    "meter",
    "offset",
    "stream",
    "picture",
    "h264",
    "sound",
    "motion",
    "windows",
    "zones",
    "view",
    "events",
    "recordings",
    "cinema",
    "parts",
)

FILES = {
    "style.css": "text/css; charset=utf-8",
    "list.css": "text/css; charset=utf-8",
    "motion.css": "text/css; charset=utf-8",
    "recordings.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    **{f"{name}.js": "text/javascript; charset=utf-8" for name in _MODULES},
}
"""The files under ``/web/`` and their types; nothing else is ever read."""

POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'; "
    "media-src 'self' blob:"
)
"""What the browser may load for the page, and who may frame it."""

_SAFE = (("Content-Security-Policy", POLICY), ("Referrer-Policy", "same-origin"))
_FRESH = (*_SAFE, ("Cache-Control", "no-store"))


@cache
def _bytes(name: str) -> bytes:
    return (_STATIC / name).read_bytes()


def _text(name: str) -> str:
    return _bytes(name).decode()


@cache
def _etag(name: str) -> str:
    return f'"{hashlib.sha256(_bytes(name)).hexdigest()[:16]}"'


PAGES = {
    "/": ("index.html", "Picture", Rank.GUEST),
    "/recordings": ("recordings.html", "Recordings", Rank.ADMIN),
    "/events": ("events.html", "Events", Rank.ADMIN),
}
"""The pages: their files, what they are called, and who may look."""

PARTS = ("head.html", "mark.svg")
"""What all pages have: each stands where a page names it, without its ending, in double braces."""


def _pages(here: str, rank: Rank) -> str:
    """Return links to the pages that this rank may look at; nothing if there is no other.

    All pages are in one folder, and link relatively: a reverse proxy may put them under a path prefix.
    """
    links = [
        f'<a href="{path.removeprefix("/") or "./"}"'
        + (' aria-current="page"' if path == here else "")
        + f">{title}</a>"
        for path, (_, title, least) in PAGES.items()
        if least <= rank
    ]
    return f'<nav class="pages" aria-label="Pages">{"".join(links)}</nav>' if len(links) > 1 else ""


def _page(path: str) -> Action:
    def action(call: Call) -> Reply:
        """Answer with a page, the camera's name and place already in it."""
        texts = {name: html.escape(value) for name, value in call.camera.settings["System.Info"].items()}
        texts |= {part.partition(".")[0]: _text(part) for part in PARTS}
        texts["pages"] = _pages(path, call.account.rank)
        page = re.sub(r"\{\{(\w+)\}\}", lambda found: texts[found[1]], _text(PAGES[path][0]))
        return Reply(page.encode(), content_type="text/html; charset=utf-8", headers=_FRESH)

    return action


def now(call: Call) -> Reply:
    """Answer with the camera's clock: milliseconds since the epoch, the same clock that stamps the pictures."""
    body = json.dumps({"now": call.camera.clock.now_ns() / 1e6}).encode()
    return Reply(body, content_type="application/json", headers=_FRESH)


def picture(call: Call) -> Reply:
    """Answer with the size of the camera's picture, before streams fit it into theirs; zero until there was one."""
    width, height = call.camera.pipeline.size
    body = json.dumps({"width": width, "height": height}).encode()
    return Reply(body, content_type="application/json", headers=_FRESH)


def _file(name: str) -> Action:
    def action(call: Call) -> Reply:
        headers = (*_SAFE, ("Cache-Control", "no-cache"), ("ETag", _etag(name)))
        known = call.head.fields.get("if-none-match", "").split(",")
        if _etag(name) in (tag.strip().removeprefix("W/") for tag in known):
            return Reply(status=304, headers=headers)
        return Reply(_bytes(name), content_type=FILES[name], headers=headers)

    return action


def _reads(path: str, action: Action, *aliases: str, rank: Rank = Rank.GUEST) -> Endpoint:
    return Endpoint(path, rank, action, aliases, changes=never, methods=("GET",))


ENDPOINTS: tuple[Endpoint, ...] = (
    *(
        _reads(path, _page(path), *(("/index.html",) if path == "/" else ()), rank=rank)
        for path, (_, _, rank) in PAGES.items()
    ),
    _reads("/web/now", now),
    _reads("/web/picture", picture),
    _reads("/web/icon.svg", _file("icon.svg"), "/favicon.ico"),
    *(_reads(f"/web/{name}", _file(name)) for name in FILES if name != "icon.svg"),
)
"""Everything that the camera's pages are made of."""
