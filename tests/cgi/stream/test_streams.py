"""Streams and their framing at each address, and the snapshot."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, cast

import pytest
from tests.cgi.camera_rig import CameraRig
from tests.media.scripted_source import ScriptedSource

from ipcamd.access.accounts import Account
from ipcamd.cgi import MODULES
from ipcamd.cgi.endpoint import Call, Endpoint, Framing, Join, Reply
from ipcamd.errors import RequestFailed
from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.pipeline import Pipeline
from ipcamd.params.group import Rank
from ipcamd.server.http.response import format_response
from ipcamd.wire.http.message import Head
from ipcamd.wire.http.query import Query

SDK, PLAIN = "multipart/mixed;boundary=myboundary", "multipart/x-mixed-replace;boundary=myboundary"
H264, MPEG4 = "video/h264", "video/mp4v-es"
ENDPOINTS = [endpoint for module in MODULES for endpoint in module.load()]
BY_PATH = {path: endpoint for endpoint in ENDPOINTS for path in (endpoint.path, *endpoint.aliases)}


class Camera:
    """The stream endpoints of one camera, whose pipeline stands still."""

    def __init__(self, rig: CameraRig) -> None:
        self.pipeline = Pipeline(rig.settings, ScriptedSource())
        self.parts = replace(rig.camera(), pipeline=self.pipeline)

    def call(self, address: str) -> object:
        path, _, query = address.partition("?")
        head = Head("GET", address, path, query, (1, 1), {}, 0, True)
        call = Call(head, Query.parse(query), Account("g", Rank.GUEST), "127.0.0.1", self.parts, _nothing())
        return BY_PATH[path].run(call)

    def join(self, address: str) -> tuple[str, Framing, str]:
        join = self.call(address)
        assert isinstance(join, Join)
        (hub,) = join.hubs
        return hub.name, join.framing, join.content_type


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


@pytest.fixture
def camera(rig: CameraRig) -> Camera:
    return Camera(rig)


@pytest.mark.parametrize(
    ("address", "name", "framing", "content_type"),
    [
        ("/cgi/mjpg/mjpeg.cgi", "mjpeg", Framing.SDK, SDK),
        ("/cgi/mjpg/mjpeg.cgi?header=no", "mjpeg", Framing.PLAIN, PLAIN),
        ("/cgi/mjpg/mjpeg.cgi?HEADER=NO", "mjpeg", Framing.PLAIN, PLAIN),
        ("/cgi/mjpg/mjpeg.cgi?header=yes&dummy=123", "mjpeg", Framing.SDK, SDK),
        ("/cgi/mjpg/mjpeg.cgi?.mjpeg", "mjpeg", Framing.SDK, SDK),
        ("/cgi/mjpg/mjpg.cgi", "mjpeg", Framing.PLAIN, PLAIN),
        ("/cgi/mjpg/mjpg.cgi?header=yes", "mjpeg", Framing.PLAIN, PLAIN),
        ("/cgi/mjpg/video.mjpg", "mjpeg", Framing.PLAIN, PLAIN),
        ("/cgi/mjpg/video.cgi", "mjpeg", Framing.PLAIN, PLAIN),
        ("/cgi/mpeg/stream1.cgi", "h264", Framing.SDK, SDK),
        ("/cgi/mpeg/stream1.cgi?header=no", "h264", Framing.RAW, H264),
        ("/cgi/mpeg/stream1.cgi?codec=mpeg4", "mpeg4", Framing.SDK, SDK),
        ("/cgi/mpeg/stream1.cgi?codec=MPEG4&header=no", "mpeg4", Framing.RAW, MPEG4),
        ("/cgi/mpeg/stream1.cgi?codec=&header=&x", "h264", Framing.SDK, SDK),
        ("/live/stream1.cgi", "h264", Framing.SDK, SDK),
        ("/cgi/mpeg/stream2.cgi", "mpeg4", Framing.SDK, SDK),
        ("/cgi/mpeg/stream2.cgi?header=no", "mpeg4", Framing.RAW, MPEG4),
        ("/cgi/mpeg/stream2.cgi?codec=h264&header=no", "h264", Framing.RAW, H264),
        ("/live/stream2.cgi?header=no", "mpeg4", Framing.RAW, MPEG4),
        ("/cgi/h264/h264.cgi", "h264", Framing.SDK, SDK),
        ("/cgi/h264/h264.cgi?header=no", "h264", Framing.RAW, H264),
        ("/cgi/mpeg4/mpeg4.cgi", "mpeg4", Framing.SDK, SDK),
        ("/cgi/mpeg4/mpeg4.cgi?header=no", "mpeg4", Framing.RAW, MPEG4),
    ],
)
def test_addresses(camera: Camera, address: str, name: str, framing: Framing, content_type: str) -> None:
    assert camera.join(address) == (name, framing, content_type)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("/cgi/mjpg/mjpeg.cgi?header=maybe", "header=maybe: allowed: yes, no"),
        ("/cgi/mpeg/stream1.cgi?codec=vp8", "codec=vp8: h264, mpeg4"),
    ],
)
def test_refused_requests(camera: Camera, address: str, message: str) -> None:
    with pytest.raises(RequestFailed) as refusal:
        camera.call(address)
    assert str(refusal.value) == message


def streams() -> list[Endpoint]:
    folders = tuple(f"/cgi/{name}/" for name in ("mjpg", "mpeg", "mpeg4", "h264", "jpg"))
    return [e for e in ENDPOINTS if e.path.startswith(folders)]


def test_every_account_may_read_and_reading_changes_nothing() -> None:
    assert len(streams()) == 7
    for endpoint in streams():
        assert endpoint.rank is Rank.GUEST
        assert not endpoint.changes(Query.parse("header=no"))


def test_no_stream_is_open_to_strangers() -> None:
    assert not any("anony" in path for path in BY_PATH)


@pytest.mark.parametrize("path", ["/cgi/jpg/image.cgi", "/cgi/jpg/image.jpg", "/cgi/jpg/image.jpeg"])
async def test_snapshot(camera: Camera, path: str) -> None:
    answer = camera.call(f"{path}?dummy=1")
    assert inspect.isawaitable(answer)
    waiting = asyncio.ensure_future(cast("Any", answer))
    await asyncio.sleep(0)
    assert camera.pipeline.mjpeg.subscribers == 1
    camera.pipeline.mjpeg.publish(EncodedFrame(codecs.JPEG, b"picture", True, 0, 0))
    reply = await waiting
    assert reply == Reply(b"picture", content_type="image/jpeg")
    assert b"\r\nCache-Control: no-store\r\n" in format_response(reply, keep_alive=True, minor=1)
    # while the stream runs the answer needs no waiting
    assert camera.call(path) == reply
    camera.pipeline.snapshots.close()
