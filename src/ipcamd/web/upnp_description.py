"""Device description: the document of UPnP announcements, for the local network only (UPnP 1.1, section 2)."""

from ipcamd.cgi.answer import NOT_FOUND, Answer
from ipcamd.cgi.arguments import OTHERS_IGNORED
from ipcamd.cgi.endpoint import Call, LoginPlace, Reply
from ipcamd.discovery.announced_addresses import is_on_link
from ipcamd.discovery.ssdp.announcer import config_id_of
from ipcamd.errors import HttpError
from ipcamd.params.group import Rank
from ipcamd.params.network import UPNP
from ipcamd.params.system import SYSTEM
from ipcamd.web.page_request import read_endpoint
from ipcamd.wire.upnp.description import PATH, DeviceDescription


def describe(call: Call) -> Reply:
    """Return the description; 404 while UPnP is off, and for other networks, such as the internet."""
    camera = call.camera
    values, own = camera.settings[UPNP.name], camera.drivers.network.addresses()
    if not values.flag("Enabled") or not all(is_on_link(each, own) for each in {call.address, call.peer}):
        raise HttpError(404)
    host = f"[{call.arrived_at}]" if ":" in call.arrived_at else call.arrived_at
    description = DeviceDescription(
        values["FriendlyName"],
        camera.identity.model_name,
        camera.identity.model_number,
        camera.identity.mac,
        f"http://{host}:{camera.settings[SYSTEM.name].number('HTTPPort')}/",
    )
    return Reply(description.format(config_id_of(values["FriendlyName"])), content_type=XML.content_type)


XML = Answer('text/xml; charset="utf-8"')
ENDPOINTS = (read_endpoint(PATH, Rank.GUEST, describe, OTHERS_IGNORED, XML, NOT_FOUND, login=LoginPlace.NONE),)
"""No login, because control points have no account."""
