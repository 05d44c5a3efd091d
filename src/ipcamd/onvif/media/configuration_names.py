"""Display names of configurations; clients may set them (``tt:ConfigurationEntity``)."""

import json
from functools import lru_cache

from ipcamd.camera import Camera
from ipcamd.onvif.media.profiles import NAME_LIMIT, Part, check_part
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import config_modify
from ipcamd.onvif.soap.values import string
from ipcamd.params.onvif import ONVIF_PROFILES
from ipcamd.settings.change_records import Change

_FACTORY = {
    Part.VIDEO_SOURCE: "Picture",
    Part.AUDIO_SOURCE: "Microphone",
    Part.AUDIO_OUTPUT: "Speaker",
    Part.AUDIO_DECODER: "Speaker",
    Part.PTZ: "PTZ",
    Part.METADATA: "Events",
}
"""Factory names; the name of an encoder is its token."""


@lru_cache(2)
def read_names(text: str) -> dict[str, str]:
    """Return the names that clients have set, from ``Network.ONVIF.Media.Names``: kind and token to name."""
    names: dict[str, str] = json.loads(text)
    return names


def configuration_name(camera: Camera, part: Part, token: str) -> str:
    """Return the name of a configuration."""
    names = read_names(camera.settings[ONVIF_PROFILES.name]["Names"])
    return names.get(f"{part.value}/{token}", _FACTORY.get(part, token))


def name_changes(camera: Camera, part: Part, token: str, wanted: Element) -> list[Change]:
    """Return the change to the name in a request, if it differs. Raises ``Fault`` ``ConfigModify``."""
    name = wanted.optional(string, "Name")
    if name is None or name == configuration_name(camera, part, token):
        return []
    if not 0 < len(name) <= NAME_LIMIT or not name.isprintable():
        raise config_modify(f"Name: allowed are 1 to {NAME_LIMIT} printable characters")
    names = {**read_names(camera.settings[ONVIF_PROFILES.name]["Names"]), f"{part.value}/{token}": name}
    return [Change(ONVIF_PROFILES.name, "Names", json.dumps(names, ensure_ascii=True))]


async def set_name(part: Part, call: OperationCall) -> None:
    """Apply a configuration whose name alone can change. Raises ``Fault`` ``NoConfig``, ``ConfigModify``."""
    wanted: Element = call["Configuration"]
    token = check_part(call.camera, part, wanted.attributes.get("token", ""))
    if named := name_changes(call.camera, part, token, wanted):
        await call.update(*named)
