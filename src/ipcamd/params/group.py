"""Declarations of parameters and of groups of parameters, and the values of a group."""

from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Any

from ipcamd.dataclass import dataclass
from ipcamd.params.kinds.kind import ValueKind


class Rank(IntEnum):
    """Rank of an account (SDK 1.2); the numbers are the family's get and set levels (SDK 10.26)."""

    GUEST = 1
    USERS = 4
    ADMIN = 6


class ValueOrigin(IntEnum):
    """Origin of a parameter's value."""

    STORED = 0
    """In the store, changed by ``update``."""
    LIVE = 1
    """Read from the running device for each list, and set there; the default is listed if the device does not report a
    value."""


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of SDK section 10."""

    name: str
    kind: ValueKind
    default: str
    help: str
    """Its effect, one sentence."""
    unit: str = ""
    get: Rank = Rank.ADMIN
    set: Rank | None = Rank.ADMIN
    """Lowest rank that may update it; None: it is read-only."""
    origin: ValueOrigin = ValueOrigin.STORED
    secret: bool = False
    """A password: encrypted in the store, listed as ``********``."""
    network: bool = False
    """Kept by factory default mode 2 (the address, the zone, daylight saving)."""
    needs: str = ""
    """Parameter of ``Hardware`` that must not be 0 for this one to be set; else ``not supported by this device``."""
    only_over_https: tuple[str, ...] = ()
    """Values that a request over plain HTTP may not set, because they would close plain HTTP."""


def live_param(name: str, kind: ValueKind, default: str, help: str, unit: str = "", get: Rank = Rank.ADMIN) -> Param:
    """Return a read-only parameter that is read from the running device."""
    return Param(name, kind, default, help, unit, get, set=None, origin=ValueOrigin.LIVE)


Texts = Mapping[str, str]
"""Some parameters of one group: name to text."""


class Values(Mapping[str, str]):
    """Values of one group: canonical texts by the exact names of the parameters, or typed. Immutable."""

    __slots__ = ("_group", "_texts")

    def __init__(self, group: "Group", texts: Texts) -> None:
        self._group = group
        self._texts = dict(texts)

    def __getitem__(self, name: str) -> str:
        """Return the text of a parameter. Raises ``KeyError``."""
        return self._texts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Mapping) and self._texts == dict(other))

    __hash__ = None  # type: ignore[assignment]

    def __or__(self, changes: Texts) -> "Values":
        """Return these values with `changes` applied."""
        return Values(self._group, self._texts | dict(changes))

    def value(self, name: str) -> Any:
        """Return the Python value of a parameter, with the type of its kind. Raises ``KeyError``."""
        return self._group.kind(name).value(self._texts[name])

    def number(self, name: str) -> int:
        """Return the value of a parameter that is a whole number. Raises ``KeyError``, and ``TypeError`` for others."""
        value = self.value(name)
        if type(value) is not int:
            raise TypeError(f"{self._group.name}.{name} is not a number")
        return value

    def flag(self, name: str) -> bool:
        """Return the value of a boolean parameter. Raises the errors of `number`."""
        value = self.value(name)
        if type(value) is not bool:
            raise TypeError(f"{self._group.name}.{name} is not a switch")
        return value


NormalizeRule = Callable[[Values, Texts], Texts]
"""``normalize(values, sent)``: rules between the parameters of a group.

`values` is the whole group after the update, `sent` contains the texts of the request. Returns further changes that the
rules require; raises ``RequestFailed``.
"""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of parameters, such as ``Image.H264``."""

    name: str
    section: str
    """Section of the SDK, such as ``10.10``; "" for a group in addition to the SDK."""
    params: tuple[Param, ...]
    aliases: tuple[str, ...] = ()
    normalize: NormalizeRule | None = None

    @property
    def specification(self) -> str:
        """Section of the SDK that specifies the group, as a sentence."""
        return f"SDK {self.section}." if self.section else "In addition to the SDK."

    def param(self, name: str) -> Param | None:
        """Return the parameter with this name, ignoring case."""
        return next((p for p in self.params if p.name.lower() == name.lower()), None)

    def kind(self, name: str) -> ValueKind:
        """Return the kind of the parameter with exactly this name. Raises ``KeyError``."""
        for param in self.params:
            if param.name == name:
                return param.kind
        raise KeyError(name)

    def values(self, **texts: str) -> Values:
        """Return the default values of the stored parameters, with `texts` applied."""
        defaults = {p.name: p.default for p in self.params if p.origin is ValueOrigin.STORED}
        return Values(self, defaults | texts)
