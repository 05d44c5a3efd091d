"""Sample request of an operation, as a client sends it, with its effect and its wrong variants."""

import re
from dataclasses import dataclass

Request = tuple[str, str]
"""Operation with the prefix of its service, such as ``tds:GetScopes``, and the content of its element, with places of
`PARAMETER`."""

PARAMETER = re.compile(r"\{([\w.]+)\.(\w+)\}")
"""Place in a content where a parameter of the camera is to be, such as ``{Network.DefaultRouter}``."""


@dataclass(frozen=True)
class Effect:
    """Text that an answer has after a change, and not before it."""

    request: Request
    text: str
    is_gone: bool = False
    """The other way round: the change takes the text away."""


@dataclass(frozen=True)
class Sample:
    """Request that is carried out."""

    content: str = ""
    effect: Effect | None = None
    prepare: tuple[Request, ...] = ()
    """Requests before it."""
    undo: tuple[Request, ...] = ()
    """Requests that bring back what was before `prepare`."""
    wrong: tuple[tuple[str, str], ...] = ()
    """Contents that are refused, each with the last subcode of the fault."""
    is_fixed: bool = False
    """It has no effect: it sets the value that is always set."""
    at_subscription: bool = False
    """It is sent to the address of a pull point."""
    ends_camera: bool = False
    """The camera restarts."""
