"""Arguments of requests: a table for each endpoint, with which they are checked, read and described."""

from collections.abc import Iterator
from enum import Enum

from ipcamd.dataclass import dataclass
from ipcamd.errors import RequestFailed, shown
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer
from ipcamd.params.kinds.text import Matching
from ipcamd.wire.http.query import Query

ACTION = "action"
"""Name of the argument that selects the action of an endpoint."""
NO_VALUE = Matching("", "no value")
"""Kind of an argument without a value, as in ``?stop``."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an endpoint."""

    name: str
    """Name; case is ignored."""
    help: str
    """Its meaning, one sentence."""
    kind: ValueKind | None = None
    """Allowed values; None: text that the action checks itself."""
    actions: tuple[str, ...] = ()
    """Actions with this argument; empty: all."""
    default: str = ""
    """Value of an empty or missing argument; "" without a default."""
    is_secret: bool = False
    """A password or key: accepted only in the body of a POST, because URLs may be logged."""

    def normalize(self, text: str) -> str:
        """Return the canonical form of a value. Raises ``RequestFailed``."""
        try:
            return self.kind.normalize(text) if self.kind else text
        except ValueError as error:
            allowed = self.kind.allowed if self.kind else error
            raise RequestFailed(f"{self.name}={shown(text)}: allowed: {allowed}") from None


class Undeclared(Enum):
    """Handling of undeclared arguments."""

    REFUSED = "refused"
    IGNORED = "ignored"
    """Ignored, as for streams, snapshots and pages: players and browsers add some (clarifications, Every CGI)."""
    PARAMETERS = "parameters"
    """Parameters declared in ``params/``; the action checks them."""


class Arguments:
    """Arguments of an endpoint."""

    def __init__(
        self, *declared: Argument, undeclared: Undeclared = Undeclared.REFUSED, ignores_blanks: bool = False
    ) -> None:
        """`ignores_blanks`: blanks around a value are ignored."""
        self._declared = {argument.name.lower(): argument for argument in declared}
        self.undeclared = undeclared
        self._ignores_blanks = ignores_blanks
        self._passed: Query | None = None
        """Last query that passed the check, because programs repeat requests."""

    def __iter__(self) -> Iterator[Argument]:
        return iter(self._declared.values())

    def __getitem__(self, name: str) -> Argument:
        """Return the argument with this name, ignoring case. Raises ``KeyError``."""
        return self._declared[name.lower()]

    @property
    def actions(self) -> tuple[str, ...]:
        """Values of ``action``; empty for an endpoint with one action."""
        action = self._declared.get(ACTION)
        return action.kind.words if action and isinstance(action.kind, OneOf) else ()

    def taken_by(self, action: str) -> list[Argument]:
        """Return the arguments of an action."""
        return [argument for argument in self if not argument.actions or action in argument.actions]

    def check(self, query: Query) -> None:
        """Raise ``RequestFailed`` for an unknown action, an undeclared argument or a value that is not allowed."""
        if query != self._passed:
            self._check(query)
            self._passed = query

    def _check(self, query: Query) -> None:
        taken = {a.name.lower(): a for a in self.taken_by(self.word(query, ACTION) if self.actions else "")}
        for name, value in query.pairs:
            argument = taken.get(name.lower())
            if argument:
                self._check_value(argument, value)
            elif self.undeclared is Undeclared.REFUSED:
                allowed = f"allowed: {', '.join(a.name for a in taken.values())}" if taken else "there are none"
                raise RequestFailed(f"{shown(name)}: unknown parameter; {allowed}")

    def _check_value(self, argument: Argument, value: str) -> None:
        value = value.strip() if self._ignores_blanks else value
        if value or not argument.default:
            argument.normalize(value)

    def word(self, query: Query, name: str) -> str:
        """Return the value of an argument; its default if it is empty or missing. Raises ``RequestFailed``."""
        argument = self[name]
        return argument.normalize(query.get(name) or argument.default)

    def flag(self, query: Query, name: str) -> bool:
        """Return whether an argument is yes. Raises ``RequestFailed``."""
        return self.word(query, name) == "yes"

    def number(self, query: Query, name: str) -> int | None:
        """Return an argument as a number; None if it is missing and has no default. Raises ``RequestFailed``."""
        if query.get(name) is None and not self[name].default:
            return None
        return int(self.word(query, name))


ONE_OR_MORE = Integer(1, 999_999)
"""Kind of a count, or of an index from 1."""
NO_ARGUMENTS = Arguments()
"""Table of an endpoint that refuses all arguments."""
OTHERS_IGNORED = Arguments(undeclared=Undeclared.IGNORED)
"""Table of an endpoint that ignores all arguments, such as a stream."""
