from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.cgi.camera_rig import CameraRig

from ipcamd.errors import HttpError, RequestFailed
from ipcamd.media.image.thumbnail import shrink_jpeg
from ipcamd.params.group import Rank
from ipcamd.web.preset_thumbnail import ENDPOINTS

(PRESET,) = ENDPOINTS


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    yield rig
    rig.database.close()


async def test_the_thumbnail_of_a_preset_is_served_to_those_who_may_move_the_camera(rig: CameraRig) -> None:
    assert PRESET.rank is Rank.USERS
    await rig.ptz.update_preset(2, "1|5|door")
    await rig.key_values.set("ptz.thumbnail.2", b64encode(b"jpeg").decode())
    reply = await rig.ask(PRESET, "number=2&v=1")
    assert (reply.body, reply.content_type) == (b"jpeg", "image/jpeg")
    await rig.ptz.update_preset(2, "0|5|")
    with pytest.raises(HttpError) as caught:
        await rig.ask(PRESET, "number=2")
    assert caught.value.status == 404


@pytest.mark.parametrize("query", ["", "number=1", "number=0", "number=9", "number=x", "number=%D9%A1", "number=1.0"])
async def test_there_is_no_other(rig: CameraRig, query: str) -> None:
    with pytest.raises(HttpError) as caught:
        await rig.ask(PRESET, query)
    assert caught.value.status == 404


@pytest.mark.parametrize(("mode", "size"), [("RGB", (1280, 720)), ("L", (640, 480)), ("RGB", (90, 160))])
def test_a_picture_becomes_160_pixels_wide(mode: str, size: tuple[int, int]) -> None:
    large = BytesIO()
    Image.new(mode, size, 200 if mode == "L" else (200, 30, 40)).save(large, "JPEG", quality=95)
    small = Image.open(BytesIO(shrink_jpeg(large.getvalue())))
    assert small.size == (160, round(160 * size[1] / size[0]))
    assert small.convert("RGB").getpixel((80, 40))[0] == pytest.approx(200, abs=4)


@pytest.mark.parametrize("broken", [b"", b"no picture", b"\xff\xd8\xff\xe0"])
def test_invalid_pictures_are_refused(broken: bytes) -> None:
    with pytest.raises(RequestFailed, match="cannot be decoded"):
        shrink_jpeg(broken)
