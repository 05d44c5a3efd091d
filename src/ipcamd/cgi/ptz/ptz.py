"""``/cgi/ptz/ptz.cgi``: pan, tilt and zoom (SDK 8)."""

from ipcamd.cgi.answer import DONE, TEXT
from ipcamd.cgi.endpoint import Call, Endpoint, Reply
from ipcamd.cgi.ptz.commands import ARGUMENTS, carry_out, sent
from ipcamd.params.group import Rank


async def ptz(call: Call) -> Reply:
    """Move the camera: ``move``, ``speed``, presets, patrol, zoom."""
    return await carry_out(call, sent(call))


ENDPOINT = Endpoint("/cgi/ptz/ptz.cgi", Rank.USERS, ptz, arguments=ARGUMENTS, answers=(DONE, TEXT))
