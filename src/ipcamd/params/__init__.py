"""Parameters of SDK section 10, each declared once; ``GROUPS`` is the whole table, in the SDK's order."""

from ipcamd.params import (
    audio,
    image,
    imagesource,
    ipfilter,
    motion,
    network,
    onvif,
    osd,
    properties,
    system,
    time,
)
from ipcamd.params.device import gpio, hardware, ircut, networkled, privacy, ptz, rs485
from ipcamd.params.event import mqtt, notify, recording, schedule, server, webhook
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
    server.GENERAL,
    server.SMTP,
    server.AUTHENTICATION,
    server.FTP,
    server.NETSTORAGE,
    server.STORAGE,
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
    server.HTTP,
    network.PORT_MAPPING,
    onvif.ONVIF,
    mqtt.MQTT,
    recording.RECORDING,
    privacy.PRIVACY,
    *privacy.MASK_GROUPS,
    *osd.OSD_GROUPS,
    network.WEBRTC,
    image.MJPEG_SUB,
    image.H264_SUB,
    image.H265,
    *webhook.WEBHOOKS,
)
"""All groups: those of SDK section 10 in its order, then additions."""

UNLISTED_GROUPS: tuple[Group, ...] = (
    motion.MOTION,
    *schedule.SCHEDULES,
    notify.NOTIFY,
    ipfilter.IP_FILTER,
    onvif.ONVIF_PROFILES,
    onvif.ONVIF_METADATA,
)
"""Stored groups with their own requests instead of ``param.cgi``."""

ALL_GROUPS = (*GROUPS, *UNLISTED_GROUPS)
"""All groups in the store."""

_BY_NAME = {name.lower(): group for group in GROUPS for name in (group.name, *group.aliases)}


def find_group(name: str) -> Group | None:
    """Return the group with this name or alias, ignoring case."""
    return _BY_NAME.get(name.lower())
