"""SDK 5.1: availability of sound."""

import pytest
from tests.cgi.audio_rig import AudioRig
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi import query
from ipcamd.errors import RequestFailed


@pytest.mark.parametrize(
    ("microphone", "enabled", "answer"), [(True, "yes", 0), (False, "yes", 1), (False, "no", 1), (True, "no", 2)]
)
@pytest.mark.parametrize("asked", ["listen", "LISTEN", "listen=", "listen=1&dummy=2"])
async def test_listen(rig: CameraRig, microphone: bool, enabled: str, answer: int, asked: str) -> None:
    camera = AudioRig(rig, microphone)
    await camera.enable("MicEnabled", enabled)
    assert await camera.text(query.ENDPOINT, asked) == f"listen={answer}\r\n"


async def test_another_query_is_answered_with_the_allowed_ones(rig: CameraRig) -> None:
    with pytest.raises(RequestFailed, match="allowed: listen"):
        await AudioRig(rig).text(query.ENDPOINT, "speak")
