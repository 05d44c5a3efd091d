"""Parameter controls: descriptions of kinds of values, with which a page builds input elements."""

from typing import Any

from ipcamd.params.group import Param
from ipcamd.params.kinds.choice import OneOf, SomeOf
from ipcamd.params.kinds.date_and_time import Day, Time
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer
from ipcamd.params.kinds.text import Matching, Text


def control(param: Param) -> dict[str, Any]:
    """Return the control of a parameter: its type, and the limits that a browser can enforce."""
    if param.secret:
        return {"type": "password"}
    return _of_kind(param.kind)


def _of_kind(kind: ValueKind) -> dict[str, Any]:
    match kind:
        case OneOf(words=words, values=values) if values and all(isinstance(value, bool) for value in values):
            return {"type": "switch", "words": [words[values.index(True)], words[values.index(False)]]}
        case OneOf(words=words, labels=labels):
            return {"type": "choice", "words": words, **({"labels": labels} if labels else {})}
        case SomeOf(words=words):
            return {"type": "choices", "words": words}
        case Integer(low=low, high=high, labels=labels) if labels:
            return {"type": "choice", "words": [str(number) for number in range(low, high + 1)], "labels": labels}
        case Integer(low=low, high=high, step=step):
            return {"type": "number", "low": low, "high": high, "step": step}
        case Day():
            return {"type": "date"}
        case Time(high=high) if high < "24":  # browsers have controls only for times of day
            return {"type": "time"}
        case Text(longest=longest) | Matching(longest=longest):
            return {"type": "text", "longest": longest}
        case _:
            return {"type": "text"}
