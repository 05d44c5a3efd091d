"""Installed versions: their folders, and the link to the current one.

Layout in the state directory: ``firmware/versions/X.Y.Z-random/lib`` contains a version, ``firmware/current`` is a link
to the one that runs from the next start, ``firmware/trial`` belongs to a trial.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ipcamd.dataclass import dataclass
from ipcamd.store.durable_files import sync_directory, write_durably


@dataclass(frozen=True, slots=True)
class InstalledVersion:
    """A version in the state directory."""

    folder: Path
    version: str
    installed_over: str
    """Version of the base installation at the time of the installation."""

    @property
    def lib(self) -> Path:
        """Folder that Python runs."""
        return self.folder / "lib"


class InstalledVersions:
    """The folder ``firmware`` of a state directory. Blocks: not for the event loop."""

    def __init__(self, state_dir: Path) -> None:
        self.folder = state_dir / "firmware"
        self._versions = self.folder / "versions"
        self._link = self.folder / "current"
        self.upload = self.folder / "upload"
        """The file that is being received."""

    def make_folders(self) -> None:
        """Create the folders. Raises ``OSError``."""
        self._versions.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    @contextmanager
    def draw_folder(self, version: str) -> Iterator[Path]:
        """Create the folder of a new version, which is removed after a failure. Raises ``OSError``."""
        self.make_folders()
        folder = self._versions / f"{version}-{secrets.token_hex(4)}"
        try:
            (folder / "lib").mkdir(mode=0o700, parents=True)
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def complete(self, folder: Path, version: str, installed_over: str) -> InstalledVersion:
        """Mark the version in `folder` as complete. Raises ``OSError``."""
        write_durably(folder / "version.json", json.dumps({"version": version, "over": installed_over}).encode())
        sync_directory(self._versions)
        return InstalledVersion(folder, version, installed_over)

    def find(self, name: str) -> InstalledVersion | None:
        """Return the version in the folder with this name, if it is complete."""
        folder = self._versions / Path(name).name
        try:
            found = json.loads((folder / "version.json").read_bytes())
            installed = InstalledVersion(folder, str(found["version"]), str(found["over"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return installed if (installed.lib / "ipcamd" / "__main__.py").is_file() else None

    @property
    def current(self) -> InstalledVersion | None:
        """Version in the link, if it is complete."""
        try:
            return self.find(str(self._link.readlink()))
        except OSError:
            return None

    def switch(self, version: InstalledVersion) -> None:
        """Point the link at `version`, durably and atomically. Raises ``OSError``."""
        draft = self._link.with_name("current.new")
        draft.unlink(missing_ok=True)
        draft.symlink_to(Path("versions") / version.folder.name)
        draft.replace(self._link)
        sync_directory(self.folder)

    def clean(self, *kept: InstalledVersion | None) -> None:
        """Remove incomplete uploads, and all versions except the current one and those to be `kept`."""
        self.upload.unlink(missing_ok=True)
        names = {version.folder.name for version in (*kept, self.current) if version}
        for folder in self._versions.iterdir() if self._versions.exists() else ():
            if folder.name not in names:
                shutil.rmtree(folder, ignore_errors=True)

    def is_used(self) -> bool:
        """Whether an image was ever installed or received."""
        return os.path.lexists(self.folder)
