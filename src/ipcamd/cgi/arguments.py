"""Arguments of requests: checks whose messages name the parameter, its value and what is allowed."""

from collections.abc import Iterable

from ipcamd.errors import RequestFailed, shown
from ipcamd.params.kinds.number import Integer
from ipcamd.wire.http.query import Query


def refuse_unknown(query: Query, *allowed: str) -> None:
    """Raise ``RequestFailed`` if a parameter is not one of `allowed`, without regard to case."""
    known = {name.lower() for name in allowed}
    for name, _ in query.pairs:
        if name.lower() not in known:
            rest = f"allowed: {', '.join(allowed)}" if allowed else "there are none"
            raise RequestFailed(f"{shown(name)}: unknown parameter; {rest}")


def word_of(query: Query, name: str, allowed: Iterable[str], default: str = "") -> str:
    """Return a parameter in lower case; it must be one of `allowed`. Raises ``RequestFailed``."""
    word = query.get(name) or default
    if word.lower() not in allowed:
        raise RequestFailed(f"{name}={shown(word)}: allowed: {', '.join(allowed)}")
    return word.lower()


def number_of(query: Query, name: str, kind: Integer) -> int | None:
    """Return a parameter as a number of that kind; None if it was not sent. Raises ``RequestFailed``."""
    text = query.get(name)
    try:
        return None if text is None else kind.value(kind.normalize(text))
    except ValueError:
        raise RequestFailed(f"{name}={shown(text or '')}: allowed: {kind.allowed}") from None
