"""Generator of the documentation that comes from the code: ``docs/reference.md``, the tables of
``docs/conformance-onvif.md``, and the manual page and shell completions in ``packaging/share``.

``python docs/generate.py`` writes them; with ``--check`` it only reports the outdated ones (exit code 1).
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from completions import PATHS, completion
from manual_page import manual_page
from onvif_conformance import case_rows, operation_rows

from ipcamd.cgi.arguments import Argument
from ipcamd.cgi.endpoint import Endpoint
from ipcamd.params import GROUPS
from ipcamd.params.event.schedule import FIELDS
from ipcamd.params.group import Group, Param, ValueOrigin
from ipcamd.params.motion import MOTION
from ipcamd.params.time_zones import ZONES
from ipcamd.web.endpoints import load_endpoints
from ipcamd.web.openapi.operations import purpose

DOCS = Path(__file__).parent
SHARE = DOCS.parent / "packaging/share"
BEGIN, END = "<!-- from the code: begin -->", "<!-- from the code: end -->"

BAR = r"\|"
"""A bar in the cell of a table."""

INTRODUCTION = """# Reference

All requests and parameters of the camera. `docs/generate.py` generates this page from the tables that the camera itself
uses; do not edit it. [Use](use.md) shows the requests in practice.

`/openapi.json` is the same for programs (OpenAPI 3.1); the page `/api` shows it and tries requests.

Ranks: `guest` may watch, `users` may also control, `admin` may do everything.
"""

PARAMETERS = """## Parameters

`/cgi/<rank>/param.cgi` (SDK 9) lists and changes parameters, with the rights of the rank in its path:

- `action=list&group=Audio` lists a group (or several: `group=Audio,System`), `&name=MicEnabled` one parameter,
  `action=alllist` all.
- `action=update&group=Audio&MicEnabled=yes` changes the given parameters, all of them or none, and responds when the
  change is on disk.

Names are case-insensitive. Notes:

- *live*: read from the running device.
- *secret*: listed as `********`; an update with that value leaves it unchanged.
- *kept*: survives a factory default with `mode=2`.
- *needs X*: cannot be set on a device whose `Hardware.X` is 0.
"""

SCHEDULES = """## Schedules

`/cgi/event/schedule.cgi` (SDK 11): `action=add&Name=night&TriggerMotion=1` adds a schedule, up to ten,
`action=update&Name=night&Enable=0` changes the given fields, `action=remove&Name=night` removes it, `action=alllist`
lists all, `action=list&group=1` one. [Use](use.md#schedule-actions) has examples.
"""

MOTION_TITLE = """## Motion detection

`/setup.cgi` (SDK 4) changes the given parameters, all of them or none; without parameters it lists them.
[Motion](motion.md) explains the values.
"""

ZONES_TITLE = (
    "## Time zones\n\nValues of `Time.TimeZone` and of `timezone=` in `date.cgi`, with the offset of standard time.\n"
)


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    titles = list(titles)
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', BAR) for cell in line)} |\n" for line in lines)


def code(text: str) -> str:
    """Return text marked as code; an empty text stays empty."""
    return f"`{text}`" if text else ""


def request(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the row of one endpoint."""
    aliases = ", ".join(code(path) for path in endpoint.aliases)
    return code(endpoint.path), endpoint.rank.name.lower(), ", ".join(endpoint.methods), aliases, purpose(endpoint)


def requests(endpoints: Iterable[Endpoint]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of all endpoints; the files of the pages have one row."""
    for endpoint in endpoints:
        if not endpoint.path.startswith("/web/") or "." not in endpoint.path or endpoint.path == "/web/log.txt":
            yield request(endpoint)
    yield "`/web/<folder>/<file>`", "guest", "GET", "`/favicon.ico`", "Answer with a file of the pages: CSS, JS or SVG."


def arguments(endpoint: Endpoint) -> str:
    """Return the section of an endpoint's arguments."""
    titles = ("Argument", "Meaning", "Values", "Default", "Taken by `action`")
    rows = (argument_row(argument) for argument in endpoint.arguments)
    return f"### {endpoint.path}\n\n{table(titles, rows)}"


def argument_row(argument: Argument) -> tuple[str, ...]:
    """Return the row of an argument."""
    allowed = argument.kind.allowed if argument.kind else ""
    return (
        code(argument.name),
        argument.help.replace("``", "`"),
        allowed,
        code(argument.default),
        ", ".join(map(code, argument.actions)),
    )


def values(param: Param) -> str:
    """Return the values that a parameter accepts, with their unit."""
    return f"{param.kind.allowed} {param.unit}".strip()


def notes(param: Param) -> str:
    """Return the notes on a parameter."""
    known = {
        "live": param.origin is ValueOrigin.LIVE,
        "secret": param.secret,
        "kept": param.network,
        f"needs {param.needs}": bool(param.needs),
    }
    return ", ".join(note for note, holds in known.items() if holds)


def described(group: Group) -> str:
    """Return the section of one group."""
    aliases = "".join(f" Alias: `{alias}`." for alias in group.aliases)
    rows = (
        (
            code(p.name),
            p.help.replace("``", "`"),
            values(p),
            code(p.default),
            p.get.name.lower(),
            p.set.name.lower() if p.set else "read-only",
            notes(p),
        )
        for p in group.params
    )
    titles = ("Parameter", "Meaning", "Values", "Default", "Read", "Set", "Notes")
    return f"### {group.name}\n\n{group.specification}{aliases}\n\n{table(titles, rows)}"


def fields(params: Iterable[Param]) -> str:
    """Return the table of parameters that have their own request."""
    rows = ((code(p.name), p.help.replace("``", "`"), values(p), code(p.default)) for p in params)
    return table(("Parameter", "Meaning", "Values", "Default"), rows)


def reference() -> str:
    """Return the reference page."""
    endpoints = sorted(load_endpoints(), key=lambda endpoint: endpoint.path)
    zones = ((str(index), zone.name, str(zone).rpartition("(")[2][:-1]) for index, zone in enumerate(ZONES))
    parts = [
        INTRODUCTION,
        "## Requests\n\n" + table(("Path", "Rank", "Methods", "Aliases", "Purpose"), requests(endpoints)),
        "## Arguments\n",
        *(arguments(endpoint) for endpoint in endpoints if list(endpoint.arguments)),
        PARAMETERS,
        *map(described, GROUPS),
        f"{SCHEDULES}\n{fields(FIELDS)}",
        f"{MOTION_TITLE}\n{fields(MOTION.params)}",
        ZONES_TITLE + "\n" + table(("Index", "Zone", "Offset"), zones),
    ]
    return "\n".join(parts)


def conformance(page: str, part: str) -> str:
    """Return a page with its part from the code brought up to date."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{part}{END}{after}"


def onvif_tables() -> str:
    """Return the tables of ONVIF's operations and of its test cases."""
    operations = table(("Operation", "Access class", "Least rank", "Profiles", "Official cases"), operation_rows())
    return f"{operations}\n{table(('Official case', 'Operations', 'Test'), case_rows())}"


def pages() -> dict[Path, str]:
    """Return the text of each generated page."""
    onvif = DOCS / "conformance-onvif.md"
    texts = {onvif: conformance(onvif.read_text(encoding="utf-8"), onvif_tables())}
    shells = {SHARE / path: completion(shell) for shell, path in PATHS.items()}
    return {DOCS / "reference.md": reference(), SHARE / "man/man1/ipcamd.1": manual_page(), **texts, **shells}


def main(*options: str) -> int:
    """Write the pages, or check them. Return the exit code."""
    old = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in old:
        if "--check" in options:
            print(f"{path.parent.name}/{path.name} is out of date: run python docs/generate.py", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path], encoding="utf-8")
    return 1 if old and "--check" in options else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
