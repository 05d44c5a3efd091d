"""``/cgi/fz/focuszoomctl.cgi``: zoom and focus of the motor lens (SDK 13)."""

from collections.abc import Awaitable, Callable

from ipcamd.cgi.arguments import NO_VALUE, Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.control.lens.controller import ZOOM_INDEX_LIMIT, LensController, zoom_index_of
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.params.kinds.number import Integer
from ipcamd.wire.http.query import Query


def _position(lens: LensController) -> str:
    position = lens.position
    return f"{zoom_index_of(position)}|{round(position.focus)}"


_ACTIONS: dict[str, Callable[[LensController], Awaitable[None]]] = {
    "focusminus": lambda lens: lens.step_focus(-1),
    "focusplus": lambda lens: lens.step_focus(1),
    "smartfocusscan": lambda lens: lens.start_autofocus(),
}
_QUESTIONS: dict[str, Callable[[LensController], str]] = {
    "fzisbusy": lambda lens: str(int(lens.is_busy)),
    "getmotorcurpos": _position,
    "getmotorcuspos": _position,
}
"""The SDK has two spellings of the last one."""
ZOOM = "movezoom"
ARGUMENTS = Arguments(
    Argument("focusminus", "Focus one step nearer.", NO_VALUE),
    Argument("focusplus", "Focus one step farther.", NO_VALUE),
    Argument("smartfocusscan", "Search the sharpest picture.", NO_VALUE),
    Argument("fzisbusy", "Tell whether a motor moves.", NO_VALUE),
    Argument("getmotorcurpos", "Tell zoom and focus.", NO_VALUE),
    Argument("getmotorcuspos", "The same.", NO_VALUE),
    Argument(ZOOM, "Move to this zoom.", Integer(0, ZOOM_INDEX_LIMIT)),
    ignores_blanks=True,
)
"""Each request has exactly one of them."""


async def focus_zoom(call: Call) -> Reply:
    """Move zoom or focus of the motor lens, start autofocus, or return the position."""
    name, value = _command(call.query)
    lens = call.camera.lens
    if name in _QUESTIONS:
        lens.refuse_absent()
        return text(_QUESTIONS[name](lens))
    call.camera.ptz.lock.check(call.account.rank)  # PTZ includes the zoom
    await (lens.zoom_to(int(value)) if name == ZOOM else _ACTIONS[name](lens))
    return text("OK")


def _command(query: Query) -> tuple[str, str]:
    """Return the command of a request. Raises ``RequestFailed``."""
    pairs = [(name.lower(), value.strip()) for name, value in query.pairs]
    if len(pairs) != 1:
        allowed = ", ".join(argument.name for argument in ARGUMENTS)
        raise RequestFailed(f"{len(pairs)} commands; allowed is one of {allowed}")
    return pairs[0]


def _moves(query: Query) -> bool:
    return any(name.lower() not in _QUESTIONS for name, _ in query.pairs)


ENDPOINT = Endpoint("/cgi/fz/focuszoomctl.cgi", Rank.USERS, focus_zoom, changes=_moves, arguments=ARGUMENTS)
