"""``/cgi/audio/speaker.cgi``: the last played sound (an addition to the SDK)."""

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank


def speaker(call: Call) -> Reply:
    """Answer with the last half minute of played sound, as a WAV file. Raises ``RequestFailed``."""
    if call.camera.speaker is None:
        raise RequestFailed("not supported by this device: it has no speaker")
    return Reply(call.camera.speaker.wav(), content_type="audio/wav")


ENDPOINT = Endpoint("/cgi/audio/speaker.cgi", Rank.ADMIN, speaker, changes=never, answers=(TEXT, Answer("audio/wav")))
