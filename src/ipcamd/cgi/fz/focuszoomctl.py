"""``/cgi/fz/focuszoomctl.cgi``: zoom and focus of the motor lens (SDK 13)."""

from collections.abc import Awaitable, Callable

from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.control.lens.controller import LensController
from ipcamd.device.position import ZOOM_INDEX_LIMIT
from ipcamd.errors import RequestFailed, shown
from ipcamd.params.group import Rank
from ipcamd.wire.http.query import Query


def _position(lens: LensController) -> str:
    position = lens.position
    return f"{position.index}|{round(position.focus)}"


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
"""The SDK spells the last one in two ways."""
ZOOM = "movezoom"
ALLOWED = "focusminus, focusplus, movezoom=0 to 6, smartfocusscan, fzisbusy, getmotorcurpos"


async def focus_zoom(call: Call) -> Reply:
    """Move zoom or focus of the motor lens, search the sharpest picture, or tell the position."""
    name, value = _command(call.query)
    lens = call.camera.lens
    if name in _QUESTIONS:
        lens.refuse_absent()
        return text(_QUESTIONS[name](lens))
    call.camera.ptz.lock.check(call.account.rank)  # whose zoom it is
    await (lens.zoom_to(int(value)) if name == ZOOM else _ACTIONS[name](lens))
    return text("OK")


def _command(query: Query) -> tuple[str, str]:
    """Return the one command of a request. Raises ``RequestFailed``."""
    pairs = {name.lower(): value.strip() for name, value in query.pairs}
    for name in pairs:
        if name != ZOOM and name not in _ACTIONS | _QUESTIONS:
            raise RequestFailed(f"{shown(name)}: unknown parameter; allowed: {ALLOWED}")
    if len(pairs) != 1:
        raise RequestFailed(f"{len(pairs)} commands; allowed is one of {ALLOWED}")
    ((name, value),) = pairs.items()
    if name == ZOOM and value not in map(str, range(ZOOM_INDEX_LIMIT + 1)):
        raise RequestFailed(f"{ZOOM}={shown(value)}: allowed: 0 to {ZOOM_INDEX_LIMIT}")
    if name != ZOOM and value:
        raise RequestFailed(f"{name}={shown(value)}: allowed: no value")
    return name, value


def _moves(query: Query) -> bool:
    return any(name.lower() not in _QUESTIONS for name, _ in query.pairs)


ENDPOINT = Endpoint("/cgi/fz/focuszoomctl.cgi", Rank.USERS, focus_zoom, changes=_moves)
