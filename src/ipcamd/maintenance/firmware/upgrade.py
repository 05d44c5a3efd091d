"""Firmware upgrade: receives and verifies an image, installs it in addition to the running version, and starts its
trial."""

import asyncio
import io
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from ipcamd.errors import HttpError, RequestFailed
from ipcamd.maintenance.firmware.image import LIMIT_BYTES, verify_image
from ipcamd.maintenance.firmware.installed_versions import InstalledVersion, InstalledVersions
from ipcamd.store.durable_files import create_private

RECEIVE_S = 900.0
"""Seconds for the reception of an image, so that it does not block other upgrades for longer."""


class ReceivedFirmware:
    """The file that is being received."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self.size_bytes = 0

    async def write(self, piece: bytes) -> None:
        """Append a piece. Raises ``HttpError`` 413, ``RequestFailed`` for a full disk."""
        self.size_bytes += len(piece)
        if self.size_bytes > LIMIT_BYTES:
            raise HttpError(413, f"an image has at most {LIMIT_BYTES >> 20} MB")
        try:
            await asyncio.to_thread(_write, self._file, piece)
        except OSError as error:
            raise _disk_error(error) from error


class FirmwareUpgrade:
    """Upgrades of one camera: one at a time, and none after a successful one until the restart."""

    def __init__(
        self,
        versions: InstalledVersions,
        trusted_keys: frozenset[bytes],
        running_version: str,
        base_version: str,
        start_trial: Callable[[InstalledVersion], None],
    ) -> None:
        """`start_trial` ends the camera, after the answer has been sent, and starts the new version. `trusted_keys` are
        Ed25519 public keys of 32 bytes. `running_version` runs now; `base_version` is the base installation's."""
        self._versions = versions
        self._trusted_keys = trusted_keys
        self._running_version = running_version
        self._base_version = base_version
        self._start_trial = start_trial
        self._is_busy = False

    @asynccontextmanager
    async def receive(self) -> AsyncIterator[ReceivedFirmware]:
        """Receive one image; the file is removed at the end. Raises ``RequestFailed``, ``HttpError`` 408."""
        if not self._trusted_keys:
            raise RequestFailed("no firmware key is trusted: the camera must be started with --firmware-key FILE")
        if self._is_busy:
            raise RequestFailed("another upgrade is in progress; try again when it has ended")
        self._is_busy = True
        try:
            async with asyncio.timeout(RECEIVE_S):
                file = await asyncio.to_thread(self._open)
                with file:
                    yield ReceivedFirmware(file)
        except TimeoutError:
            raise HttpError(408, f"the image did not arrive within {RECEIVE_S:g} s") from None
        finally:
            self._is_busy = False
            await asyncio.to_thread(partial(self._versions.upload.unlink, missing_ok=True))

    async def install(self, force: bool) -> InstalledVersion:
        """Verify and install the received image. On return it is on disk, and `request_trial` may follow.

        `force` allows the same or an older version. Raises ``RequestFailed``; then nothing has changed."""
        try:
            return await asyncio.to_thread(self._install, force)
        except OSError as error:
            raise _disk_error(error) from error

    def request_trial(self, version: InstalledVersion) -> None:
        """End this camera and start `version`, which becomes the current one when it is ready."""
        self._is_busy = True
        self._start_trial(version)

    def _open(self) -> io.FileIO:
        try:
            self._versions.make_folders()
            create_private(self._versions.upload)
            return io.FileIO(self._versions.upload, "wb")
        except OSError as error:
            raise _disk_error(error) from error

    def _install(self, force: bool) -> InstalledVersion:
        from ipcamd.maintenance.firmware.wheel import unpack_wheel  # imported here, because upgrades are rare

        image = verify_image(self._versions.upload, self._trusted_keys)
        self._check_version(image.version, force)
        with self._versions.draw_folder(image.version) as folder, image.path.open("rb") as file:
            unpack_wheel(file, image.version, folder / "lib")
            return self._versions.complete(folder, image.version, self._base_version)

    def _check_version(self, version: str, force: bool) -> None:
        from packaging.version import Version

        if not force and Version(version) <= Version(self._running_version):
            age = "the same as" if version == self._running_version else "older than"
            raise RequestFailed(
                f"the version of the image, {version}, is {age} the running one, {self._running_version}: "
                "the form field force=yes installs it anyway"
            )


def _write(file: io.FileIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


def _disk_error(error: OSError) -> RequestFailed:
    return RequestFailed(f"the image cannot be stored: {os.strerror(error.errno) if error.errno else error}")
