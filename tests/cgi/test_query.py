"""SDK 5.1: availability of sound."""

import pytest
from tests.cgi.asking import World
from tests.cgi.sounding import Sounding

from ipcamd.cgi import query
from ipcamd.errors import RequestFailed


@pytest.mark.parametrize(
    ("microphone", "enabled", "answer"), [(True, "yes", 0), (False, "yes", 1), (False, "no", 1), (True, "no", 2)]
)
@pytest.mark.parametrize("asked", ["listen", "LISTEN", "listen=", "listen=1&dummy=2"])
async def test_listen(world: World, microphone: bool, enabled: str, answer: int, asked: str) -> None:
    camera = Sounding(world, microphone)
    await camera.enable("MicEnabled", enabled)
    assert await camera.text(query.ENDPOINT, asked) == f"listen={answer}\r\n"


async def test_another_query_is_answered_with_the_allowed_ones(world: World) -> None:
    with pytest.raises(RequestFailed, match="allowed: listen"):
        await Sounding(world).text(query.ENDPOINT, "speak")
