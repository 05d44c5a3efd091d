"""The shape of a parameter and of a group of parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from ipcamd.params.values import Kind


class Rank(IntEnum):
    """What an account may do (SDK 1.2); the numbers are the family's get and set levels (SDK 10.26)."""

    GUEST = 1
    USERS = 4
    ADMIN = 6


class Origin(IntEnum):
    """Where a parameter's value comes from."""

    STORED = 0
    """Kept in the store, set by ``update``."""
    LIVE = 1
    """Asked from the running device each time it is listed, and set there; the default is what is listed where the
    device does not know."""


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of SDK section 10."""

    name: str
    kind: Kind
    default: str
    help: str
    """What it does, one sentence for a person."""
    unit: str = ""
    get: Rank = Rank.ADMIN
    set: Rank | None = Rank.ADMIN
    """Who may update it; None: nobody, it is read-only."""
    origin: Origin = Origin.STORED
    secret: bool = False
    """A password: sealed in the store, listed as ``********``."""
    network: bool = False
    """Kept by factory default mode 2 (the address, the zone, daylight saving)."""
    needs: str = ""
    """Parameter of ``Hardware`` that must not be 0 for this one to be set: else ``not supported by this device``."""
    acts: bool = True
    """False while the engine behind it is still to come; the conformance page names it."""


Values = Mapping[str, str]
"""Parameter name to value, of one group."""

Settle = Callable[[Values, Values], Values]
"""``settle(values, sent)``: rules between the parameters of a group. `values` is the whole group as the update would
leave it, `sent` what the request sent. Returns further changes that the rules ask for; raises ``RequestFailed``."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of parameters, such as ``Image.H264``."""

    name: str
    section: str
    """Section of the SDK, such as ``10.10``."""
    params: tuple[Param, ...]
    aliases: tuple[str, ...] = ()
    settle: Settle | None = None

    def param(self, name: str) -> Param | None:
        """Return the parameter of that name, without regard to case."""
        return next((p for p in self.params if p.name.lower() == name.lower()), None)
