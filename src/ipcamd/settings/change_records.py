"""Changes of settings: as requested, as checked, as applied."""

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Group, Param, Rank
from ipcamd.settings.secret_mask import HIDDEN


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter's new value. Group and name are case-insensitive; a group may have an alias."""

    group: str
    name: str
    value: str | None
    """Text as in the request; None: the parameter's factory value."""


@dataclass(frozen=True, slots=True)
class Requester:
    """The author of a change."""

    name: str
    """Account."""
    address: str
    """IP address of the client; "" for the camera itself."""
    via: str
    """Path or protocol of the request, such as ``/cgi/admin/param.cgi``."""
    rank: Rank
    """Rank with which the change is made."""
    arrived_at: str = ""
    """The camera's IP address that the request was sent to; "" if unknown."""
    over_tls: bool = True
    """Whether the request was encrypted."""


CAMERA = Requester("camera", "", "internal", Rank.ADMIN)
"""The camera itself."""


@dataclass(frozen=True, slots=True)
class CheckedChange:
    """Allowed change with a canonical value."""

    group: Group
    param: Param
    value: str
    asked: str
    """Group name as in the request."""
    to_factory: bool = False
    """Whether the parameter returns to its factory value, which may differ at the next start."""

    def __str__(self) -> str:
        """Return the change as it is listed."""
        return f"{self.asked}.{self.param.name}={HIDDEN if self.param.secret else self.value}"


@dataclass(frozen=True, slots=True)
class Applied:
    """Result of an update."""

    sent: tuple[CheckedChange, ...]
    """The requested changes, in their order."""
    followed: tuple[CheckedChange, ...]
    """Further changes that the groups' rules require."""
    undo: tuple[Change, ...]
    """Changes that restore the previous stored values, with secrets in clear text. Values of the running device, such
    as the clock, are not included."""
