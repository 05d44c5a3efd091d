"""``/cgi/admin/factorydefault.cgi``: factory values (SDK 2.1)."""

from ipcamd.cgi.arguments import refuse_unknown, word_of
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.params.group import Rank


async def factorydefault(call: Call) -> Reply:
    """Bring back the factory values: all (``mode=1``), or all but address, zone and daylight saving (``mode=2``).
    Answer OK; the camera restarts after the answer has gone out."""
    refuse_unknown(call.query, "mode")
    factory_default = call.camera.factory_default
    match word_of(call.query, "mode", ("1", "2")):
        case "1":
            await factory_default.reset(call.requester())
        case _:
            await factory_default.reset_but_network(call.requester())
    call.camera.restart()
    return text("OK")


ENDPOINT = Endpoint("/cgi/admin/factorydefault.cgi", Rank.ADMIN, factorydefault)
