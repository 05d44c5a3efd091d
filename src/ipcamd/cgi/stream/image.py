"""``/cgi/jpg/image.cgi``: one JPEG picture (SDK part 6)."""

from collections.abc import Awaitable

from ipcamd.cgi.answer import JPEG, TEXT
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never
from ipcamd.media.frame import EncodedFrame
from ipcamd.params.group import Rank


def image(call: Call) -> Reply | Awaitable[Reply]:
    """Answer with the newest picture, or wait for the first one. Raises ``RequestFailed`` if none arrives within 6
    seconds."""
    frame = call.camera.pipeline.snapshots.newest()
    return _reply(frame) if frame else _wait(call)


async def _wait(call: Call) -> Reply:
    return _reply(await call.camera.pipeline.snapshot())


def _reply(frame: EncodedFrame) -> Reply:
    return Reply(frame.payload, content_type="image/jpeg")


ENDPOINT = Endpoint(
    "/cgi/jpg/image.cgi",
    Rank.GUEST,
    image,
    ("/cgi/jpg/image.jpg", "/cgi/jpg/image.jpeg"),
    changes=never,
    answers=(JPEG, TEXT),
)
