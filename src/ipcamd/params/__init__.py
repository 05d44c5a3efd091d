"""Every parameter of SDK section 10, declared once; ``GROUPS`` is the whole table, in the SDK's order."""

from ipcamd.params import (
    audio,
    event,
    gpio,
    hardware,
    image,
    imagesource,
    ircut,
    motion,
    network,
    networkled,
    notify,
    properties,
    ptz,
    rs485,
    schedule,
    system,
    time,
)
from ipcamd.params.group import Group

GROUPS: tuple[Group, ...] = (
    hardware.HARDWARE,
    system.INFO,
    time.TIME,
    time.NTP,
    imagesource.SENSOR,
    properties.AUDIO,
    system.SYSTEM,
    image.MJPEG,
    image.MPEG4,
    image.H264,
    image.THREE_GPP,
    audio.AUDIO,
    gpio.GPIO,
    ircut.IRCUT,
    rs485.RS485,
    event.GENERAL,
    event.SMTP,
    event.AUTHENTICATION,
    event.FTP,
    event.NETSTORAGE,
    event.STORAGE,
    network.NETWORK,
    network.PPPOE,
    network.DNSUPDATE,
    network.UPNP,
    network.HTTPS,
    network.BONJOUR,
    network.MULTICAST,
    network.QOS,
    networkled.NETWORKLED,
    ptz.PRESETLIST,
    ptz.SPEED,
)
"""All groups, in the order of SDK section 10."""

APART: tuple[Group, ...] = (motion.MOTION, *schedule.SCHEDULES, notify.NOTIFY)
"""Groups that are kept like the others and that ``param.cgi`` does not know: each has a request of its own."""

STORED = (*GROUPS, *APART)
"""What the store keeps."""

_BY_NAME = {name.lower(): group for group in GROUPS for name in (group.name, *group.aliases)}


def find(name: str) -> Group | None:
    """Return the group of that name or alias, without regard to case."""
    return _BY_NAME.get(name.lower())
