"""Every parameter of SDK section 10, declared once; ``GROUPS`` is the whole table, in the SDK's order."""

from ipcamd.params.group import Group
from ipcamd.params.image import H264, MJPEG, MPEG4
from ipcamd.params.imagesource import SENSOR
from ipcamd.params.system import INFO, SYSTEM

GROUPS: tuple[Group, ...] = (INFO, SENSOR, SYSTEM, MJPEG, MPEG4, H264)
"""All groups, in the order of SDK section 10."""

_BY_NAME = {name.lower(): group for group in GROUPS for name in (group.name, *group.aliases)}


def find(name: str) -> Group | None:
    """Return the group of that name or alias, without regard to case."""
    return _BY_NAME.get(name.lower())
