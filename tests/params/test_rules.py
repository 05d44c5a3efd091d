"""Rules between the parameters of a group: derived changes, and refusals."""

import pytest

from ipcamd.errors import RequestFailed
from ipcamd.params import find_group, image, network, time
from ipcamd.params.device import ptz
from ipcamd.params.event import server
from ipcamd.params.group import Texts


def normalize(group: str, sent: Texts, **before: str) -> Texts:
    found = find_group(group)
    assert found is not None
    assert found.normalize is not None
    return found.normalize(found.values(**before) | sent, sent)


FOLLOWS = [
    ("Image.MPEG4", {"Resolution": "17"}, {}, {"Framerate": "25"}),
    ("Image.MPEG4", {"Resolution": "17"}, {"Framerate": "10"}, {}),
    ("Image.MPEG4", {"Resolution": "16"}, {}, {}),
    ("Image.MPEG4", {"Resolution": "17", "Framerate": "25"}, {}, {}),
    ("Image.H264", {"Resolution": "19"}, {}, {"Framerate": "20"}),
    ("Image.H264", {"Resolution": "17"}, {}, {}),
    ("Image.H264", {"Resolution": "5", "Framerate": "30"}, {"Resolution": "19", "Framerate": "20"}, {}),
    ("Image.H264", {"Quality": "1"}, {"Resolution": "19", "Framerate": "20"}, {}),
    ("Time", {"ServerTime": "12:00:00"}, {"SyncSource": "NTP"}, {"SyncSource": "manually"}),
    ("Time", {"ServerDate": "2024-01-01"}, {"SyncSource": "NTP"}, {"SyncSource": "manually"}),
    ("Time", {"ServerDate": "2024-01-01", "SyncSource": "NTP"}, {}, {}),
    ("Time", {"TimeZone": "3"}, {"SyncSource": "NTP"}, {}),
    ("Event.Server.General", {"FileFormat": "JPEG"}, {}, {"EncodeFormat": "JPEG"}),
    (
        "Event.Server.General",
        {"FileFormat": "AVI"},
        {"FileFormat": "JPEG", "EncodeFormat": "JPEG"},
        {"EncodeFormat": "H264"},
    ),
    ("Event.Server.General", {"EncodeFormat": "MPEG4"}, {}, {}),
    ("System", {"HTTPPort": "80"}, {}, {}),
    ("System", {"RTSPAuth": "no"}, {"HTTPPort": "0", "RTSPPort": "0"}, {}),
    ("Network.Advanced.Multicast", {"H264Port": "6000"}, {}, {}),
]

REFUSED = [
    (
        "Image.MPEG4",
        {"Framerate": "30"},
        {"Resolution": "17", "Framerate": "25"},
        "Framerate=30: at most 25 at 1920x1080",
    ),
    ("Image.MPEG4", {"Resolution": "17", "Framerate": "30"}, {}, "Framerate=30: at most 25"),
    (
        "Image.H264",
        {"Framerate": "25"},
        {"Resolution": "19", "Framerate": "20"},
        "Framerate=25: at most 20 at 2048x1536",
    ),
    ("Event.Server.General", {"EncodeFormat": "JPEG"}, {}, "EncodeFormat=JPEG: allowed: H264, MPEG4"),
    ("Event.Server.General", {"FileFormat": "JPEG", "EncodeFormat": "H264"}, {}, "EncodeFormat=H264: allowed: JPEG"),
    ("System", {"HTTPPort": "8554"}, {}, "HTTPPort=8554"),
    ("Network.Advanced.Multicast", {"H264Port": "5562"}, {}, "H264Port"),
]


@pytest.mark.parametrize(("group", "sent", "before", "follows"), FOLLOWS, ids=str)
def test_follows(group: str, sent: Texts, before: Texts, follows: Texts) -> None:
    assert normalize(group, sent, **before) == follows


@pytest.mark.parametrize(("group", "sent", "before", "message"), REFUSED, ids=str)
def test_refused(group: str, sent: Texts, before: Texts, message: str) -> None:
    with pytest.raises(RequestFailed, match=message):
        normalize(group, sent, **before)


def test_every_rule_of_the_table_is_tried_above() -> None:
    tried = {find_group(group) for group, *_ in (*FOLLOWS, *REFUSED)}
    ruled = (image.MPEG4, image.H264, time.TIME, server.GENERAL, find_group("System"), network.MULTICAST)
    assert tried == set(ruled)


def test_only_enabled_presets_count() -> None:
    values = ptz.PRESETLIST.values(Preset2="1|5|gate", Preset8="1|30|")
    assert ptz.count_enabled(values) == 2
