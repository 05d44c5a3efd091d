"""Web pages, their files under ``/web/``, and the live page's requests about clock and picture."""

import html
import re
from functools import cache
from pathlib import Path

from ipcamd.cgi.answer import JSON, NOT_MODIFIED, Answer
from ipcamd.cgi.endpoint import Action, Call, Endpoint, Reply, never
from ipcamd.params.group import Rank
from ipcamd.params.image import H265
from ipcamd.params.network import HTTPS, WEBRTC
from ipcamd.web.html_page import PAGES, STATIC
from ipcamd.web.packed_file import PackedFile
from ipcamd.web.page_request import NO_STORE, json_reply
from ipcamd.web.security_headers import SECURITY_HEADERS

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

HTML = Answer("text/html; charset=utf-8")
"""Answer of a page."""

_ICON = "shared/icon.svg"
FILES = (
    *sorted(path.relative_to(STATIC).as_posix() for kind in ("css", "js") for path in STATIC.glob(f"*/*.{kind}")),
    _ICON,
)
"""The files under ``/web/``; no other file is read."""

_FRESH = (*SECURITY_HEADERS, NO_STORE)


@cache
def _packed(name: str) -> PackedFile:
    return PackedFile((STATIC / name).read_bytes(), _TYPES[Path(name).suffix])


def _pages(here: str, rank: Rank) -> str:
    """Return links to the pages for this rank; nothing for a single page.

    All pages are in one folder, and link relatively, because a reverse proxy may add a path prefix.
    """
    links = [
        f'<a href="{path.removeprefix("/") or "./"}"'
        + (' aria-current="page"' if path == here else "")
        + f">{page.name}</a>"
        for path, page in PAGES.items()
        if page.is_linked and page.rank <= rank
    ]
    return f'<nav class="pages" aria-label="Pages">{"".join(links)}</nav>' if len(links) > 1 else ""


def _https_port(call: Call) -> str:
    """Return the port of HTTPS, for links from pages without it; "" while it is off."""
    https = call.camera.settings[HTTPS.name]
    return https["HttpsPort"] if https.flag("Enabled") else ""


def _webrtc(call: Call) -> str:
    """Return whether pages can use WebRTC."""
    is_on = call.camera.webrtc is not None and call.camera.settings[WEBRTC.name].flag("Enabled")
    return "on" if is_on else "off"


def _page(path: str) -> Action:
    def action(call: Call) -> Reply:
        if path == "/" and call.camera.first_steps.are_due(call.account, call.head.fields.get("accept", "")):
            return Reply(status=303, headers=(*_FRESH, ("Location", "welcome")))
        texts = {name: html.escape(value) for name, value in call.camera.settings["System.Info"].items()}
        texts["rank"] = call.account.rank.name.lower()
        texts["https_port"] = _https_port(call)
        texts["webrtc"] = _webrtc(call)
        texts["h265"] = "on" if call.camera.settings[H265.name].flag("Enabled") else "off"
        texts["account"] = html.escape(call.account.name)
        texts["pages"] = _pages(path, call.account.rank)
        document = re.sub(r"\{\{(\w+)\}\}", lambda found: texts[found[1]], PAGES[path].document)
        return Reply(document.encode(), content_type=HTML.content_type, headers=_FRESH)

    redirection = " A browser gets the first steps while they are due." if path == "/" else ""
    action.__doc__ = PAGES[path].purpose + redirection
    return action


def now(call: Call) -> Reply:
    """Answer with the camera's clock, with which pictures are stamped: milliseconds since the epoch."""
    return json_reply({"now": call.camera.clock.now_ns() / 1e6})._replace(headers=_FRESH)


def picture(call: Call) -> Reply:
    """Answer with the size of the camera's picture before it is scaled for streams (zero before the first picture), and
    with the part of the source's picture that it shows (see `View`)."""
    (width, height), view = call.camera.pipeline.size, call.camera.pipeline.view
    shown = {"pan": view.pan, "tilt": view.tilt, "zoom": max(1.0, view.zoom)}
    return json_reply({"width": width, "height": height, "view": shown})._replace(headers=_FRESH)


def _file(name: str) -> Action:
    def action(call: Call) -> Reply:
        """Answer with one file of the pages."""
        return _packed(name).reply(call, SECURITY_HEADERS)

    return action


def _reads(path: str, action: Action, *aliases: str, answers: tuple[Answer, ...], rank: Rank = Rank.GUEST) -> Endpoint:
    return Endpoint(path, rank, action, aliases, changes=never, methods=("GET",), answers=answers)


ENDPOINTS: tuple[Endpoint, ...] = (
    *(
        _reads(path, _page(path), *(("/index.html",) if path == "/" else ()), answers=(HTML,), rank=page.rank)
        for path, page in PAGES.items()
    ),
    _reads("/web/now", now, answers=(JSON,)),
    _reads("/web/picture", picture, answers=(JSON,)),
    *(
        _reads(
            f"/web/{name}",
            _file(name),
            *(("/favicon.ico",) if name == _ICON else ()),
            answers=(Answer(_TYPES[Path(name).suffix]), NOT_MODIFIED),
        )
        for name in FILES
    ),
)
"""All pages, files and requests of this module."""
