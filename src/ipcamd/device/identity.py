"""Identity of the camera (SDK 1.1, 10.2): permanent, even after a factory default."""

import secrets
from collections.abc import Callable
from functools import partial

from ipcamd import __version__
from ipcamd.dataclass import dataclass
from ipcamd.store.keyvalue import KeyValueStore

MAC = "identity.mac"
SERIAL = "identity.serial"
"""Keys of the stored identity."""

_SERIAL_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without similar characters


@dataclass(frozen=True, slots=True)
class Identity:
    """Names, numbers and versions of the camera."""

    mac: str
    """``02:1b:44:11:3a:b7``: locally administered, random, generated once."""
    serial: str
    """Twelve letters and digits."""
    model_name: str = "ipcamd"
    """Also the start of recordings' file names (SDK 14)."""
    model_number: str = "IPC-1"
    product_number: str = "IPC-1-V"
    hardware_version: str = "virtual"
    firmware_version: str = __version__
    """X.Y.Z."""
    firmware_build: str = ""
    """A whole number that increases with the version."""
    sdk_version: str = "1.0.9"
    """Version of the SDK that the camera implements."""

    @property
    def network_name(self) -> str:
        """Name on the network: ``camera`` and the last three bytes of the MAC address (SDK 10.27)."""
        return f"camera{self.mac.replace(':', '')[6:].upper()}"

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the identity's parameters (see ``Settings.add_readers``)."""
        plate = {
            "MACAddress": self.mac,
            "ModelName": self.model_name,
            "FWVersion": self.firmware_version,
            "FWBuild": self.firmware_build,
            "CGI": self.sdk_version,
            "ModelNumber": self.model_number,
        }
        return {("System.Info", name): partial(str, value) for name, value in plate.items()}


async def load_identity(key_values: KeyValueStore) -> Identity:
    """Return this camera's identity; the first start generates it durably. Raises ``StoreError``."""
    mac = key_values.get(MAC) or await _keep(key_values, MAC, draw_mac())
    serial = key_values.get(SERIAL) or await _keep(key_values, SERIAL, draw_serial())
    return Identity(mac, serial, firmware_build=build_number(__version__))


def draw_mac() -> str:
    """Return a random unicast address of the locally administered kind (IEEE 802c)."""
    first, *rest = secrets.token_bytes(6)
    return ":".join(f"{byte:02x}" for byte in (first & 0xFC | 0x02, *rest))  # unicast, locally administered


def draw_serial() -> str:
    """Return a random serial number."""
    return "".join(secrets.choice(_SERIAL_LETTERS) for _ in range(12))


def build_number(version: str) -> str:
    """Return the build number of a version ``X.Y.Z``."""
    major, minor, patch = (int(part) for part in version.split(".")[:3])
    return str(major * 10_000 + minor * 100 + patch)


async def _keep(key_values: KeyValueStore, name: str, value: str) -> str:
    await key_values.set(name, value)
    return value
