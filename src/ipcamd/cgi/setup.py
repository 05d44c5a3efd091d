"""``/setup.cgi``: windows of motion detection (SDK 4)."""

from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.errors import SettingRefused, shown
from ipcamd.params.group import Rank
from ipcamd.params.motion import MOTION
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings


async def setup(call: Call) -> Reply:
    """List the settings of motion detection, or change the sent ones: all, or none if one is wrong."""
    settings = call.camera.settings
    if not call.query.pairs:
        return text(*(f"{name}={value}" for name, value in settings[MOTION.name].items()))
    sent = [(_name(name), value) for name, value in call.query.pairs]
    reasons = [_reason(settings, name, value) for name, value in sent]
    if any(reasons):
        wrong = ", ".join(name for (name, _), reason in zip(sent, reasons, strict=True) if reason)
        rest = f"not changed, because {wrong} cannot be"
        return text(*(f"NG {name} {reason or rest}" for (name, _), reason in zip(sent, reasons, strict=True)))
    await settings.update([Change(MOTION.name, name, value) for name, value in sent], by=call.requester())
    return text(*(f"OK {name}" for name, _ in sent))


def _name(sent: str) -> str:
    param = MOTION.param(sent.strip())  # the SDK's own example has a blank before the =
    return param.name if param else shown(sent[:32])


def _reason(settings: Settings, name: str, value: str) -> str:
    """Return why the parameter cannot have this value; "" if it can."""
    if not MOTION.param(name):
        return f"unknown parameter; allowed: {', '.join(p.name for p in MOTION.params)}"
    try:
        settings.check(Change(MOTION.name, name, value))
    except SettingRefused as error:
        return error.reason
    return ""


ARGUMENTS = Arguments(*(Argument(p.name, p.help) for p in MOTION.params), undeclared=Undeclared.PARAMETERS)
"""The action checks them: its answer has a line for each one."""
ENDPOINT = Endpoint("/setup.cgi", Rank.ADMIN, setup, changes=lambda query: bool(query.pairs), arguments=ARGUMENTS)
