"""Target configuration: the present settings of a target."""

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
    """Empty: the default user of FTP or Samba; for mail, no login."""
    password: str = ""

    @property
    def fingerprint(self) -> str:
        """Text that changes with each setting except the password."""
        values = {name: value for name, value in self.values.items() if name != "Password"}
        settings = self.host, self.port, self.user, sorted(values.items())
        return hashlib.sha256(repr(settings).encode()).hexdigest()[:16]
