"""The small parts: paths, URLs, time, packets' forms, settings."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.rtsp.player import CameraHubs, RtspRig

from ipcamd.media import codecs
from ipcamd.params import GROUPS
from ipcamd.params.network import QOS
from ipcamd.server.qos import dscp_values
from ipcamd.server.rtsp.mounts.stream_paths import Mounts
from ipcamd.server.rtsp.mounts.url import TALK_TRACK, resolve_url, track_name
from ipcamd.server.rtsp.multicast import MulticastSettings
from ipcamd.server.rtsp.response import RtspError
from ipcamd.server.rtsp.settings import follow_settings
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

PATHS = [
    ("", "h264"),
    ("h264", "h264"),
    ("stream1", "h264"),
    ("live/stream1.cgi", "h264"),
    ("cgi/mpeg/stream1.cgi", "h264"),
    ("mpeg4", "mpeg4"),
    ("stream2", "mpeg4"),
    ("live/stream2.cgi", "mpeg4"),
    ("mjpeg", "mjpeg"),
    ("audio", "audio"),
    ("live/audio.cgi", "audio"),
    ("3gpp", None),
    ("h266", None),
]


@pytest.mark.parametrize(("path", "expected"), PATHS)
def test_paths(path: str, expected: str | None) -> None:
    media = CameraHubs().catalog()(path)
    assert (media.path if media else None) == expected
    if media:
        assert media.tracks[-1].codec is codecs.ULAW
        assert len(media.tracks) == (1 if expected == "audio" else 2)


def test_the_path_for_telephones_is_there_when_enabled() -> None:
    hubs = CameraHubs()
    catalog = Mounts(dict, phone=lambda: (hubs.mpeg4,))
    assert catalog("3gpp").tracks[0] is hubs.mpeg4  # type: ignore[union-attr]
    assert catalog("h264") is None


URLS = [
    ("rtsp://h:1/h264/track0", "h264", 0),
    ("rtsp://h/H264/", "h264", None),
    ("RTSPS://[::1]:322/mpeg4/track1/", "mpeg4", 1),
    ("rtsp://h", "h264", None),
    ("rtsp://h/track1", "h264", 1),
    ("rtsp://h/h264?x=1/track1", "h264", 1),
    ("rtsp://h/h264/talk", "h264", TALK_TRACK),
    ("/audio", "audio", None),
]


@pytest.mark.parametrize(("url", "path", "track"), URLS)
def test_urls(url: str, path: str, track: int | None) -> None:
    place = resolve_url(CameraHubs().catalog(), url)
    assert (place.media.path, place.track) == (path, track)
    if track is not None:
        assert resolve_url(CameraHubs().catalog(), f"rtsp://h/{track_name(track)}").track == track


@given(st.text("rtsp:/h264?track01 talk%.#\\", max_size=40))
def test_any_url_is_a_place_or_refused(url: str) -> None:
    try:
        place = resolve_url(CameraHubs().catalog(), url)
    except RtspError as refused:
        assert refused.answer.status == 404
    else:
        assert place.track is None or place.track < len(place.media.tracks)


@pytest.mark.parametrize(
    ("enabled", "which", "expected"),
    [("yes", "both", (34, 46)), ("yes", "video", (34, 0)), ("yes", "audio", (0, 46)), ("no", "both", (0, 0))],
)
def test_marks(enabled: str, which: str, expected: tuple[int, int]) -> None:
    assert dscp_values(QOS.values(Enabled=enabled, Type=which)) == expected


async def test_settings_act_at_once(tmp_path: Path) -> None:
    with Database(tmp_path / "db") as database:
        settings = Settings(database, GROUPS, {})
        async with RtspRig() as rig:
            follow_settings(rig.service, settings, lambda: "127.0.0.1")
            assert rig.service.context.authenticator.login_needed
            assert rig.service.context.tos == {"video": 0, "audio": 0}
            assert rig.service.context.multicast.sender(codecs.H264) is None
            await settings.update(
                [
                    Change("System", "RTSPAuth", "no"),
                    Change("Network.Advanced.QoS", "Enabled", "yes"),
                    Change("Network.Advanced.Multicast", "Enabled", "yes"),
                    Change("Network.Advanced.Multicast", "GroupIP", "239.255.3.9"),
                    Change("Network.Advanced.Multicast", "TTL", "7"),
                    Change("Network.Advanced.Multicast", "H264Port", "7550"),
                    Change("Network.Advanced.Multicast", "MPEG4Port", "7552"),
                    Change("Network.Advanced.Multicast", "AUDIOPort", "7554"),
                ]
            )
            assert not rig.service.context.authenticator.login_needed
            assert rig.service.context.tos == {"video": 34 << 2, "audio": 46 << 2}
            found = [rig.service.context.multicast.sender(c) for c in (codecs.H264, codecs.MPEG4, codecs.ULAW)]
            senders = [(each.group, each.port, each.ttl) for each in found if each]
            assert senders == [("239.255.3.9", port, 7) for port in (7550, 7552, 7554)]
            assert rig.hubs.sound.watched.is_set()
            rig.hubs.microphone = False  # the mounts are read again after any change of the microphone
            await settings.update([Change("Audio", "MicEnabled", "yes")])
            assert rig.service.context.multicast.sender(codecs.ULAW) is None


async def test_multicast_goes_on_from_the_same_socket_where_it_does_not_change(rig: RtspRig) -> None:
    settings = MulticastSettings("239.255.3.4", ((codecs.H264, 7560), (codecs.ULAW, 7562)), 3, "127.0.0.1")
    multicast = rig.service.context.multicast
    multicast.configure(settings)
    picture, sound = multicast.sender(codecs.H264), multicast.sender(codecs.ULAW)
    assert picture is not None
    rig.hubs.microphone = False
    multicast.configure(replace(settings, ttl=5))
    assert multicast.sender(codecs.H264) is picture
    assert picture.ports.rtp.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL) == 5
    assert multicast.sender(codecs.ULAW) is None
    assert not rig.hubs.sound.watched.is_set()
    rig.hubs.microphone = True
    multicast.configure(replace(settings, group="239.255.3.5"))
    assert multicast.sender(codecs.H264) not in (None, picture)
    assert multicast.sender(codecs.ULAW) not in (None, sound)


async def test_multicast_is_announced_and_taken_back(rig: RtspRig, monkeypatch: pytest.MonkeyPatch) -> None:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    udp.bind(("239.255.255.255", 0))
    member = socket.inet_aton("239.255.255.255") + socket.inet_aton("127.0.0.1")
    udp.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    monkeypatch.setattr("ipcamd.wire.rtsp.sap.PORT", udp.getsockname()[1])
    ports = ((codecs.H264, 7560), (codecs.ULAW, 7562))
    rig.service.context.multicast.configure(MulticastSettings("239.255.3.4", ports, 3, "127.0.0.1"))
    rig.hubs.picture(key=True)
    loop = asyncio.get_running_loop()
    told = await asyncio.wait_for(loop.sock_recv(udp, 2048), 30)
    assert told[:2] == b"\x20\x00"
    text = told.partition(b"application/sdp\0")[2].decode()
    for line in ("c=IN IP4 239.255.3.4/3", "m=video 7560 RTP/AVP 96", "m=audio 7562 RTP/AVP 0"):
        assert f"{line}\r\n" in text
    assert "a=control:" not in text
    rig.service.context.multicast.configure(None)
    ended = await asyncio.wait_for(loop.sock_recv(udp, 2048), 30)
    assert (ended[0], ended[1:]) == (0x24, told[1:])
    udp.close()
