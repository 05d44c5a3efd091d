"""HTML page: a document made of a shared frame, its styles, its modules and its body."""

import re
from collections.abc import Iterator
from dataclasses import dataclass  # noqa: TID251 - a cached property needs a ``__dict__``
from functools import cached_property
from pathlib import Path, PurePosixPath

from ipcamd.params.group import Rank

STATIC = Path(__file__).with_name("static")
"""Folder of the files of pages."""
FRAME = "shared/page.html"
"""Shared frame of all documents."""
PARTS = ("shared/header.html", "shared/logo.svg", "motion/motion_panel.html")
"""Parts of bodies: each replaces its name, without folder and suffix, in double braces."""
_IMPORT = re.compile(r'^(?:import\b|export\b.*\bfrom|\} from)[^"\n]*"(\.{1,2}/[^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class HtmlPage:
    """One page. Other texts in double braces are filled in for each request."""

    body: str
    """File with the contents of the page."""
    name: str
    """Name in links."""
    purpose: str
    """Its use, one sentence."""
    rank: Rank
    """Lowest rank that may open it."""
    module: str
    """File of the ES module that starts it."""
    styles: tuple[str, ...] = ()
    """Files of style sheets, in addition to the shared one."""
    title: str = "{{name}} · {{ServerName}}"
    is_linked: bool = True
    """Whether other pages link to it."""

    @cached_property
    def document(self) -> str:
        """The document. Reads files at the first use."""
        parts = {PurePosixPath(part).stem: _text(part) for part in PARTS}
        parts = {"links": "\n".join(self._links()), "body": _text(self.body), **parts}
        parts |= {"title": self.title, "name": self.name}
        document = _text(FRAME)
        for name, text in parts.items():  # a part may contain later ones
            document = document.replace(f"{{{{{name}}}}}", text)
        return re.sub(r"\n +", "\n", document)  # indentation is a tenth of the size

    def _links(self) -> Iterator[str]:
        """Yield the links of the head, with which all modules are loaded in parallel."""
        yield from (f'<link rel="stylesheet" href="web/{style}">' for style in self.styles)
        modules = imported_by(self.module)
        yield from (f'<link rel="modulepreload" href="web/{name}">' for name in modules if name != self.module)
        yield f'<script type="module" src="web/{self.module}"></script>'


def imported_by(module: str) -> list[str]:
    """Return the files of a module and of all modules that it imports, directly or indirectly."""
    found = [module]
    for name in found:
        folder = STATIC / PurePosixPath(name).parent
        names = ((folder / path).resolve() for path in _IMPORT.findall(_text(name)))
        found += [file for path in names if (file := path.relative_to(STATIC).as_posix()) not in found]
    return found


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8").rstrip("\n")


PAGES = {
    "/": HtmlPage(
        "live/live.html",
        "Live",
        "Show the live picture, with sound, talk, motion windows, pan, tilt, zoom and lens.",
        Rank.GUEST,
        "live/main.js",
        tuple(f"{name}/{name}.css" for name in ("motion", "ptz", "device", "lens", "zoom")),
        title="{{ServerName}}",
    ),
    "/recordings": HtmlPage(
        "recordings/recordings.html",
        "Recordings",
        "Play, export and delete the recordings on the SD card.",
        Rank.ADMIN,
        "recordings/recordings.js",
        ("shared/list.css", "recordings/recordings.css", "recordings/timeline.css"),
    ),
    "/events": HtmlPage(
        "events/events.html",
        "Events",
        "Show the events; edit schedules, delivery targets, notifications and motion windows.",
        Rank.ADMIN,
        "events/events.js",
        ("shared/list.css", "settings/control.css", "motion/motion.css", "events/events.css"),
    ),
    "/settings": HtmlPage(
        "settings/settings.html",
        "Settings",
        "Show and change the parameters.",
        Rank.USERS,
        "settings/settings.js",
        ("settings/control.css", "settings/settings.css", "motion/motion.css", "masks/masks.css"),
    ),
    "/system": HtmlPage(
        "system/system.html",
        "System",
        "Manage accounts, clients, address filter, certificate, time, network, backup, firmware and log.",
        Rank.ADMIN,
        "system/system.js",
        ("shared/list.css", "settings/control.css", "system/system.css"),
    ),
    "/api": HtmlPage(
        "api/api.html",
        "API",
        "Show the description of all requests, and try them.",
        Rank.USERS,
        "api/api.js",
        ("shared/list.css", "settings/control.css", "api/api.css"),
    ),
    "/welcome": HtmlPage(
        "welcome/welcome.html",
        "Welcome",
        "Lead an administrator through the first steps: password, name, time and picture.",
        Rank.ADMIN,
        "welcome/welcome.js",
        ("welcome/welcome.css",),
        is_linked=False,
    ),
}
"""The pages, by path."""
