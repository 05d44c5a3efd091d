"""``/cgi/audio/audio.cgi``: the microphone's sound (SDK 5.2)."""

from ipcamd.cgi.endpoint import Call, Endpoint, Framing, Join, Reply, never
from ipcamd.cgi.framing import SDK_TYPE
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank

UNAVAILABLE = Reply(status=503, reason="Service Not Available")
"""The SDK's answer while there is no sound."""


def audio(call: Call) -> Reply | Join:
    """Join the microphone's sound; ``type`` is uLaw, or left out."""
    kind = call.query.get("type") or "uLaw"
    if kind.lower() != "ulaw":
        raise RequestFailed(f"type={kind}: uLaw")
    pipeline = call.camera.pipeline
    if pipeline.sound is None or not pipeline.hears:
        return UNAVAILABLE
    return Join((pipeline.sound,), Framing.SDK, SDK_TYPE)


ENDPOINT = Endpoint("/cgi/audio/audio.cgi", Rank.GUEST, audio, ("/live/audio.cgi",), changes=never)
