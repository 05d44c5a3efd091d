"""Wheel of a firmware image: checked completely, then unpacked (PyPA binary distribution format)."""

import io
import os
import platform
import stat
import zipfile
import zlib
from collections.abc import Iterator
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path
from typing import IO

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ipcamd.errors import RequestFailed
from ipcamd.store.durable_files import sync_directory

PACKAGE = "ipcamd"
"""Name of the distribution that a firmware image must contain."""
_ENTRIES_LIMIT = 5000
_UNPACKED_LIMIT_BYTES = 256 << 20
_NAME_LIMIT = 200
_PIECE = 1 << 20

MAIN = b'"""Start of an installed version."""\n\nfrom ipcamd.__main__ import main\n\nmain()\n'
"""``__main__.py`` of an unpacked version, with which Python can run the folder."""


def unpack_wheel(file: IO[bytes], version: str, folder: Path) -> None:
    """Unpack the wheel of `version` into the empty `folder`; durable on return.

    The wheel is the end of `file`. Nothing is written unless all entries are permitted. Raises ``RequestFailed``,
    ``OSError``.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = list(_checked(archive))
            _check_metadata(archive, version)
            _unpack(archive, entries, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise RequestFailed(f"the wheel of the image cannot be unpacked: {error}") from error


def _checked(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Yield the files. Raises ``RequestFailed``."""
    infos = archive.infolist()
    if len(infos) > _ENTRIES_LIMIT or sum(info.file_size for info in infos) > _UNPACKED_LIMIT_BYTES:
        raise RequestFailed(f"the wheel is too large: at most {_ENTRIES_LIMIT} files, {_UNPACKED_LIMIT_BYTES >> 20} MB")
    seen = set[str]()
    for info in infos:
        if not _is_allowed(info) or info.filename in seen:
            raise RequestFailed(f"the wheel contains {info.filename[:80]!r}: only the package {PACKAGE} is allowed")
        seen.add(info.filename)
        if not info.is_dir():
            yield info
    if f"{PACKAGE}/__main__.py" not in seen:
        raise RequestFailed(f"the wheel does not contain the package {PACKAGE}")


def _is_allowed(info: zipfile.ZipInfo) -> bool:
    name = info.orig_filename
    parts = name.removesuffix("/").split("/")
    is_plain = name.isprintable() and len(name) <= _NAME_LIMIT and "\\" not in name and "\0" not in name
    is_inside = all(part not in ("", ".", "..") for part in parts)
    is_own = parts[0] == PACKAGE or (parts[0].startswith(f"{PACKAGE}-") and parts[0].endswith(".dist-info"))
    mode = info.external_attr >> 16
    return is_plain and is_inside and is_own and not stat.S_ISLNK(mode) and not info.flag_bits & 0x1


def _check_metadata(archive: zipfile.ZipFile, version: str) -> None:
    names = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    if len(names) != 1 or archive.getinfo(names[0]).file_size > _PIECE:
        raise RequestFailed("the wheel has no METADATA")
    fields = HeaderParser().parsestr(archive.read(names[0]).decode("utf-8", "replace"))
    if fields["Version"] != version:
        raise RequestFailed(f"the wheel is version {fields['Version']}, the image {version}")
    try:
        _check_python(fields["Requires-Python"] or "")
        for text in fields.get_all("Requires-Dist", []):
            _check_requirement(Requirement(text))
    except (InvalidRequirement, InvalidSpecifier) as error:
        raise RequestFailed(f"the METADATA of the wheel cannot be read: {error}") from error


def _check_python(wanted: str) -> None:
    if not SpecifierSet(wanted).contains(platform.python_version(), prereleases=True):
        raise RequestFailed(f"the image needs Python {wanted}; this is {platform.python_version()}")


def _check_requirement(wanted: Requirement) -> None:
    """Refuse a version with missing dependencies: an image contains only the camera's own code."""
    if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
        return
    try:
        installed = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        installed = ""
    if not installed or not wanted.specifier.contains(installed, prereleases=True):
        here = f"here is {installed}" if installed else "it is not installed here"
        raise RequestFailed(f"the image needs {wanted}; {here}: install it beside the camera first")


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path) -> None:
    left = _UNPACKED_LIMIT_BYTES
    folders = {folder}
    for info in entries:
        path = folder.joinpath(*info.filename.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.update(folder / parent for parent in path.relative_to(folder).parents)
        with archive.open(info) as source:
            left -= _write(path, source, left)
    _write(folder / "__main__.py", io.BytesIO(MAIN), left)
    for each in folders:
        sync_directory(each)
    sync_directory(folder.parent)


def _write(path: Path, source: IO[bytes], limit_bytes: int) -> int:
    """Write a new file durably; return its size. Raises ``RequestFailed`` if it exceeds the size in the wheel."""
    written = 0
    with path.open("xb") as file:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > limit_bytes:
                raise RequestFailed(f"the wheel is larger than {_UNPACKED_LIMIT_BYTES >> 20} MB when it is unpacked")
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return written
