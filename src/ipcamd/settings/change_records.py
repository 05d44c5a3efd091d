"""Changes of settings: as requested, as checked, as applied."""

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Group, Param, Rank

HIDDEN = "********"
"""Listed form of a secret; as a new value it means no change (clarifications, Every CGI)."""


def hide_secret(param: Param, value: str) -> str:
    """Return a value as pages and archives may show it: a secret that is set is hidden, an empty one is empty."""
    return HIDDEN if param.secret and value else value


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter's new value. Group and name are matched without regard to case; a group may have an alias."""

    group: str
    name: str
    value: str | None
    """Text as a request sends it; None: the parameter's factory value."""


@dataclass(frozen=True, slots=True)
class Requester:
    """The author of a change."""

    name: str
    """The account."""
    address: str
    """IP address that the request came from; "" for the camera itself."""
    via: str
    """The way that it came, such as ``/cgi/admin/param.cgi``."""
    rank: Rank
    """Rank with which the change is made."""
    arrived_at: str = ""
    """The camera's own IP address that the request came in by; "" if none did."""
    over_tls: bool = True
    """False for a request over plain HTTP."""


CAMERA = Requester("camera", "", "internal", Rank.ADMIN)
"""The camera itself."""


@dataclass(frozen=True, slots=True)
class CheckedChange:
    """A change that is allowed: its value is canonical."""

    group: Group
    param: Param
    value: str
    asked: str
    """The one of the group's names that the request used."""
    to_factory: bool = False
    """From now on it has its factory value, whatever that is at the next start."""

    @property
    def leaves_secret(self) -> bool:
        """Whether it is a secret that was sent back as it is listed."""
        return self.param.secret and self.value == HIDDEN

    def __str__(self) -> str:
        """Return it as it is listed."""
        return f"{self.asked}.{self.param.name}={HIDDEN if self.param.secret else self.value}"


@dataclass(frozen=True, slots=True)
class Applied:
    """Result of an update."""

    sent: tuple[CheckedChange, ...]
    """The changes that were sent, in their order."""
    followed: tuple[CheckedChange, ...]
    """Further changes that the groups' rules asked for."""
    undo: tuple[Change, ...]
    """Changes that restore the previous stored values. Values of the running device (the clock) are not included.
    Secrets are in clear text."""
