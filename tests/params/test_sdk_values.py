"""The SDK's own tables of valid values (10.2 to 10.32, 11): all are accepted, neighbouring values are refused."""

import pytest

from ipcamd.params import find_group
from ipcamd.params.event.schedule import FIELDS
from ipcamd.params.group import Param
from ipcamd.params.network import SERVICES

SCHEDULE = "Event.Schedule"

NUMBERS = [
    ("ImageSource.IO.Sensor", "Brightness Contrast Saturation Sharpness", 0, 255),
    ("System", "HTTPPort RTSPPort", 1, 65535),
    ("Image.MJPEG", "Quality", 0, 4),
    ("Image.MPEG4", "Quality", 0, 4),
    ("Image.H264", "Quality", 0, 4),
    ("Image.H264", "Bitrate", 1000, 6000),
    ("IRCUt", "StartHr EndHr", 0, 23),
    ("IRCUt", "StartMin EndMin", 0, 59),
    ("RS485", "Address", 1, 255),
    ("RS485", "PanSpeed TiltSpeed", 0, 9),
    ("RS485", "DataBits", 7, 8),
    ("RS485", "StopBit", 1, 2),
    ("Event.Server.General", "PreEvent PostEvent", 0, 5),
    ("Event.Server.SMTP", "Smtpport", 1, 65535),
    ("Event.Server.FTP", "Port", 1, 65535),
    ("Network.Advanced.HTTPS", "HttpsPort", 1, 65535),
    ("Network.Advanced.Multicast", "TTL", 1, 255),
    ("Network.Advanced.QoS", "VideoDSCP AudioDSCP", 0, 63),
    ("PTZ.Speed", "PanSpeed TiltSpeed PatrolSpeed", 1, 3),
    ("Time", "TimeZone", 0, 56),
    (SCHEDULE, "Enable TriggerMotion TriggerDI1 TriggerDI1Type TriggerDI2 TriggerDI2Type ScheduleTimeMode", 0, 1),
    (SCHEDULE, "Sunday Monday Tuesday Wednesday Thursday Friday Saturday ScheduleTimeStatus", 0, 1),
    (SCHEDULE, "EnableFtp EnableEmail EnableSamba EnableSDCard EnableDigitalOutput", 0, 1),
    (SCHEDULE, "ScheduleTimeStartHour ScheduleTimeEndHour", 0, 23),
    (SCHEDULE, "ScheduleTimeStartMin ScheduleTimeEndMin", 0, 59),
    (SCHEDULE, "DigitalOutputTime", 1, 60),
]

WORDS = [
    ("Time", "SyncSource", "NTP manually"),
    ("ImageSource.IO.Sensor", "OverlayText OverlayDate OverlayOpaque Mirror Flip", "on off"),
    ("System", "RTSPAuth", "yes no"),
    ("Image.MJPEG", "Resolution", "0 1 3 5"),
    ("Image.MPEG4", "Resolution", "0 1 3 5 16 17"),
    ("Image.H264", "Resolution", "0 1 3 5 16 17 19"),
    ("Image.MJPEG", "Framerate", "1 2 3 5 8 10 15 20 25 30"),
    ("Image.MPEG4", "Framerate", "1 2 3 5 8 10 15 20 25 30"),
    ("Image.H264", "Framerate", "1 2 3 5 8 10 15 20 25 30"),
    ("Image.MPEG4", "Ratecontrol", "vbr cbr"),
    ("Image.H264", "Ratecontrol", "vbr cbr"),
    ("Image.3GPP", "Enabled", "none video_audio video"),
    ("Audio", "MicEnabled SpeakerEnabled", "yes no"),
    ("GPIO", "TriggerOutStatus1", "high low"),
    ("IRCUt", "Usage", "auto on off schedule"),
    ("RS485", "Enable", "yes no"),
    ("RS485", "Protocol", "Pelco-D custom"),
    ("RS485", "BaudRate", "1200 2400 4800 9600 19200 38400 57600"),
    ("RS485", "Parity", "none odd even space"),
    ("Event.Server.General", "FileFormat", "AVI JPEG"),
    ("Event.Server.General", "EncodeFormat", "H264 MPEG4 JPEG"),
    ("Event.Server.SMTP", "Enable SSL", "yes no"),
    ("Event.Server.Authentication", "Enabled", "yes no"),
    ("Event.Server.Authentication", "WeakestMethod", "Login"),
    ("Event.Server.FTP", "Enable Passive", "yes no"),
    ("Event.Server.NetStorage", "Enable", "yes no"),
    ("Event.Server.External.Storage", "DiskFull", "stop recycle"),
    ("Network", "BootProto", "dhcp_ipv4 dhcp_ipn4_ipn6 static_ipv4_ipv6 pppoe"),
    ("Network", "InterfaceSelectMode", "auto wired wireless"),
    ("Network", "Media", "auto 10half 10full 100half 100full"),
    ("Network.DNSUpdate", "Enabled", "yes no"),
    ("Network.DNSUpdate", "Provider", " ".join(SERVICES)),
    ("Network.UPnP", "Enabled", "yes no"),
    ("Network.Advanced.HTTPS", "Enabled", "yes no"),
    ("Network.Advanced.Bonjour", "Enabled", "yes no"),
    ("Network.Advanced.Multicast", "Enabled", "yes no"),
    ("Network.Advanced.QoS", "Enabled", "yes no"),
    ("Network.Advanced.QoS", "Type", "audio video both"),
    ("NetworkLED", "Usage", "on off"),
]


def params(group: str, names: str) -> list[Param]:
    found = find_group(group)
    every = FIELDS if group == SCHEDULE else found.params if found else ()
    chosen = [param for name in names.split() for param in every if param.name == name]
    assert [param.name for param in chosen] == names.split()
    return chosen


@pytest.mark.parametrize(("group", "names", "low", "high"), NUMBERS)
def test_numbers(group: str, names: str, low: int, high: int) -> None:
    for param in params(group, names):
        assert [int(param.kind.normalize(str(number))) for number in (low, high)] == [low, high], param.name
        for number in (low - 1, high + 1):
            with pytest.raises(ValueError, match=r"."):
                param.kind.normalize(str(number))


@pytest.mark.parametrize(("group", "names", "words"), WORDS)
def test_words(group: str, names: str, words: str) -> None:
    for param in params(group, names):
        assert [param.kind.normalize(word) for word in words.split()] == words.split(), param.name
        for word in ("", "perhaps", "99", f"{words.split()[0]} "):
            with pytest.raises(ValueError, match=r"."):
                param.kind.normalize(word)
