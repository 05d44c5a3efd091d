"""``/setup.cgi``: motion detection's windows (SDK 4)."""

from collections.abc import Iterator

from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.params.group import Rank
from ipcamd.params.motion import MOTION
from ipcamd.store.settings import Change
from ipcamd.wire.query import Query


async def setup(call: Call) -> Reply:
    """List motion detection's settings, or change those that are sent: all of them or, if one is wrong, none."""
    if not call.query.pairs:
        return text(*(f"{name}={value}" for name, value in call.camera.settings[MOTION.name].items()))
    sent = list(_sent(call.query))
    wrong = [name for name, _, reason in sent if reason]
    if wrong:
        rest = f"not changed, because {', '.join(wrong)} cannot be"
        return text(*(f"NG {name} {reason or rest}" for name, _, reason in sent))
    await call.camera.settings.update([Change(MOTION.name, name, value) for name, value, _ in sent])
    return text(*(f"OK {name}" for name, _, _ in sent))


def _sent(query: Query) -> Iterator[tuple[str, str, str]]:
    """Give name, value as it is kept, and what is wrong with it (nothing: "") of each parameter, in the order sent."""
    for name, value in query.pairs:
        param = MOTION.param(name.strip())  # the SDK's own example has a blank before the =
        if param is None:
            yield _shown(name), "", f"unknown parameter; allowed: {', '.join(p.name for p in MOTION.params)}"
            continue
        try:
            yield param.name, param.kind.parse(value), ""
        except ValueError as error:
            yield param.name, "", f"allowed: {error}"


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name[:32])


ENDPOINT = Endpoint("/setup.cgi", Rank.ADMIN, setup, changes=lambda query: bool(query.pairs))
