"""``/cgi/admin/factorydefault.cgi``: factory values (SDK 2.1)."""

from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf

MODES = OneOf(("1", "2"), ("all values", "all but address, zone and daylight saving"))
"""Allowed values of `mode` (SDK 2.1)."""
ARGUMENTS = Arguments(Argument("mode", "The values that become the factory values.", MODES))


async def factorydefault(call: Call) -> Reply:
    """Restore the factory values: all (``mode=1``), or all except address, zone and daylight saving (``mode=2``).
    Answer OK; then the camera restarts."""
    factory_default = call.camera.factory_default
    if ARGUMENTS.word(call.query, "mode") == "1":
        await factory_default.reset(call.requester())
    else:
        await factory_default.reset_but_network(call.requester())
    call.camera.restart()
    return text("OK")


ENDPOINT = Endpoint("/cgi/admin/factorydefault.cgi", Rank.ADMIN, factorydefault, arguments=ARGUMENTS)
