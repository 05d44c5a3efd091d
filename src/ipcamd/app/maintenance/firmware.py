"""Firmware parts: trusted keys, the upgrade, the result of the last trial."""

import asyncio
import logging

import ipcamd
from ipcamd.app.core import Core
from ipcamd.app.maintenance.firmware_host import FirmwareHost
from ipcamd.maintenance.firmware.installed_versions import InstalledVersions
from ipcamd.maintenance.firmware.keys import load_trusted_keys
from ipcamd.maintenance.firmware.launch import base_installation
from ipcamd.maintenance.firmware.trial_record import TrialRecord
from ipcamd.maintenance.firmware.upgrade import FirmwareUpgrade
from ipcamd.settings.change_records import CAMERA

_log = logging.getLogger(__name__)


async def build_firmware(core: Core, host: FirmwareHost) -> FirmwareUpgrade:
    """Build the upgrade. Raises ``ConfigError`` for an unusable key."""
    paths = core.options.firmware_key
    keys = await asyncio.to_thread(load_trusted_keys, paths) if paths else frozenset[bytes]()
    versions = InstalledVersions(core.options.state_dir)
    return FirmwareUpgrade(versions, keys, ipcamd.__version__, base_installation().version, host.start_trial)


async def settle_version(core: Core, host: FirmwareHost) -> None:
    """Confirm this version if it is on trial, record the result of a trial, and remove unneeded versions."""
    version = ipcamd.__version__
    try:
        if await host.confirm():
            core.note("firmware", f"version {version} is installed", "")
        if failure := await asyncio.to_thread(_tidy, InstalledVersions(core.options.state_dir)):
            message = f"{failure}: version {version} runs"
            _log.error("%s", message)
            core.note_failure("firmware", message)
            core.audit_log.note_refusal(CAMERA, "firmware", message)
    except OSError as error:
        _log.error("the firmware versions in the state directory could not be cleaned up: %s", error)


def _tidy(versions: InstalledVersions) -> str:
    """Remove unneeded versions; return why the last trial failed, or "". Raises ``OSError``."""
    if not versions.is_used():
        return ""
    versions.clean()
    return TrialRecord(versions).take_outcome()
