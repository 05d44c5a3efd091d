"""``/cgi/mp4/live.cgi``: H.264 with sound as fragmented MP4, for browsers and players (an addition to the SDK)."""

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.endpoint import Call, Endpoint, Framing, Join, never
from ipcamd.params.group import Rank


async def live(call: Call) -> Join:
    """Join the H.264 stream with the microphone's sound as AAC, as a live MP4 stream. The stream ends when its format
    changes. Raises ``RequestFailed`` if no picture arrives within 6 seconds."""
    stream = call.camera.mp4_stream
    content_type, init_segment = await stream.open()
    return Join((stream.hub,), Framing.RAW, content_type, opening=init_segment)


ENDPOINT = Endpoint(
    "/cgi/mp4/live.cgi",
    Rank.GUEST,
    live,
    ("/cgi/mp4/live.mp4",),
    changes=never,
    answers=(Answer("video/mp4", "Fragments without end.", is_endless=True), TEXT),
)
