"""Target configuration: where to deliver, as it is set."""

import hashlib

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Values


@dataclass(frozen=True, slots=True)
class TargetConfig:
    """Configuration of a delivery target."""

    host: str
    port: int
    """TCP port."""
    values: Values
    """The parameters of the target's group."""
    user: str = ""
    """Empty: no login."""
    password: str = ""

    @property
    def fingerprint(self) -> str:
        """A text that differs when anything but the password differs."""
        values = {name: value for name, value in self.values.items() if name != "Password"}
        told = self.host, self.port, self.user, sorted(values.items())
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
