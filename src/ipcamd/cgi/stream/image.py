"""``/cgi/jpg/image.cgi``: one JPEG picture (SDK part 6)."""

from collections.abc import Awaitable

from ipcamd.cgi.answer import JPEG, TEXT
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.cgi.stream.stream_endpoint import stream_endpoint
from ipcamd.media.frame import EncodedFrame


def image(call: Call) -> Reply | Awaitable[Reply]:
    """Answer with the newest picture, or wait for the first one. Raises ``RequestFailed`` if none arrives within 6
    seconds."""
    frame = call.camera.pipeline.snapshots.newest()
    return _reply(frame) if frame else _wait(call)


async def _wait(call: Call) -> Reply:
    return _reply(await call.camera.pipeline.snapshot())


def _reply(frame: EncodedFrame) -> Reply:
    return Reply(frame.payload, content_type="image/jpeg")


_ALIASES = ("/cgi/jpg/image.jpg", "/cgi/jpg/image.jpeg")
ENDPOINT = stream_endpoint("/cgi/jpg/image.cgi", image, JPEG, TEXT, aliases=_ALIASES)
