"""Support archive: versions, settings, hardware, counters and logs for support, without secrets."""

import asyncio
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import ipcamd
from ipcamd.access.accounts import Accounts
from ipcamd.errors import RequestFailed
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Requester
from ipcamd.settings.secret_mask import HIDDEN, hide_secret
from ipcamd.settings.settings import Settings
from ipcamd.settings.url_mask import cut_urls
from ipcamd.workers.pool import WorkerPool
from ipcamd.workers.threaded_file import ThreadedFile

if TYPE_CHECKING:
    import zipfile

ENTRIES = 2000
"""Maximum number of entries of a log."""
TEXT_LIMIT = 1_000_000
"""Maximum number of characters of one file; the rest is omitted."""
SHORTEST_MASKED = 4
"""Characters of the shortest password that is masked in the files."""
_READER = Requester("support", "", "internal", Rank.ADMIN)


class SupportArchive:
    """Creates archives on disk, one at a time; each is an unnamed file, deleted when it is closed."""

    def __init__(self, folder: Path) -> None:
        """`folder` is private."""
        self._folder = folder
        self._threads = WorkerPool("support", 1)

    async def pack(self, files: Mapping[str, Iterable[str]], secrets: Sequence[str]) -> tuple[ThreadedFile, int]:
        """Return a ZIP file of these lines by file name, and its size; URLs are reduced to scheme and host.

        `secrets` are masked everywhere, because a password may have been typed as a name, or repeated by another
        server. Raises ``RequestFailed`` on a full disk.
        """
        writing = self._threads.run(lambda: self._write(files, secrets))
        try:
            fd, size_bytes = await asyncio.shield(writing)
        except asyncio.CancelledError:
            writing.add_done_callback(_discard)
            raise
        except OSError as error:
            raise RequestFailed(f"the archive cannot be written: {error.strerror}") from error
        return ThreadedFile(fd, self._threads), size_bytes

    def _write(self, files: Mapping[str, Iterable[str]], secrets: Sequence[str]) -> tuple[int, int]:
        import tempfile
        import zipfile

        with tempfile.TemporaryFile(dir=self._folder) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, lines in files.items():
                    _write_text(archive, name, (_masked(cut_urls(line), secrets) for line in lines))
            file.flush()
            return os.dup(file.fileno()), file.tell()


def list_settings(settings: Settings) -> Iterator[str]:
    """Yield ``Group.Name=value`` for every parameter; secrets are masked."""
    for group in ALL_GROUPS:
        for param in group.params:
            yield f"{group.name}.{param.name}={hide_secret(param, settings.present(group, param, _READER))}"


def list_versions() -> Iterator[str]:
    """Yield versions of the camera, Python, the system, and the packages that are installed with the camera."""
    import platform

    yield f"ipcamd {ipcamd.__version__}"
    yield f"Python {platform.python_version()}"
    yield platform.platform()
    from importlib import metadata

    for text in metadata.requires("ipcamd") or ():
        if "extra ==" not in text:
            name = re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0]
            yield f"{name} {metadata.version(name)}"


def list_secrets(settings: Settings, accounts: Accounts) -> list[str]:
    """Return the present passwords, longest first, without those short enough to occur in any text."""
    passwords = (accounts.password(entry) for entry in accounts.entries.values())
    values = (settings[group.name].get(p.name) for group in ALL_GROUPS for p in group.params if p.secret)
    return sorted({text for text in (*passwords, *values) if text and len(text) >= SHORTEST_MASKED}, key=len)[::-1]


def _discard(writing: "asyncio.Future[tuple[int, int]]") -> None:
    """Close an unneeded archive."""
    if not writing.cancelled() and not writing.exception():
        os.close(writing.result()[0])


def _write_text(archive: "zipfile.ZipFile", name: str, lines: Iterable[str]) -> None:
    room = TEXT_LIMIT
    with archive.open(name, "w") as file:
        for line in lines:
            text = line[:room]
            file.write(f"{text}\n".encode(errors="backslashreplace"))
            room -= len(text)
            if room <= 0:
                break


def _masked(line: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        line = line.replace(secret, HIDDEN)
    return line
