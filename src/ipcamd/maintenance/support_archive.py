"""Support archive: what a person needs who helps, and no secret: versions, settings, hardware, counters, logs."""

import io
import platform
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata

import ipcamd
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Group, Param, Rank
from ipcamd.settings.change_records import HIDDEN, Requester
from ipcamd.settings.check import cut_urls
from ipcamd.settings.settings import Settings

ENTRIES = 2000
"""Entries of a log."""
TEXT_LIMIT = 1_000_000
"""Characters of one file; what follows is left out."""
_READER = Requester("support", "", "internal", Rank.ADMIN)


def pack_archive(files: Mapping[str, Iterable[str]]) -> bytes:
    """Return a ZIP file of these lines by file name; URLs are cut to scheme and host. Blocks for a moment."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in files.items():
            archive.writestr(name, "\n".join(map(cut_urls, lines))[:TEXT_LIMIT] + "\n")
    return packed.getvalue()


def list_settings(settings: Settings) -> Iterator[str]:
    """Yield ``Group.Name=value`` for every parameter; secrets are masked."""
    for group in ALL_GROUPS:
        for param in group.params:
            yield f"{group.name}.{param.name}={_shown(settings, group, param)}"


def list_versions() -> Iterator[str]:
    """Yield versions of the camera, Python, the system, and the packages that are installed with the camera."""
    yield f"ipcamd {ipcamd.__version__}"
    yield f"Python {platform.python_version()}"
    yield platform.platform()
    for text in metadata.requires("ipcamd") or ():
        if "extra ==" not in text:
            name = re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0]
            yield f"{name} {metadata.version(name)}"


def _shown(settings: Settings, group: Group, param: Param) -> str:
    value = settings.present(group, param, _READER)
    return HIDDEN if param.secret and value else value
