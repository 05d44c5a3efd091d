"""Parameters of the picture and the streams act on running streams, without a restart."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from tests.conftest import StartCamera, stop_all
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.parts import Format, Part, sdk_parts
from tests.e2e.pictures import Rgb, brightness, decode_jpeg, difference
from tests.e2e.rates import keeps_rate

pytestmark = pytest.mark.slow

SENSOR = "ImageSource.IO.Sensor"
GROUPS = (SENSOR, "Image.MJPEG", "Image.H264", "Image.MPEG4")
MJPEG, H264, MPEG4 = "/cgi/mjpg/mjpeg.cgi", "/cgi/mpeg/stream1.cgi", "/cgi/mpeg/stream2.cgi"


@pytest.fixture(scope="module")
def still_camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """One camera whose scene holds still."""
    camera = CameraProcess(tmp_path_factory.mktemp("still") / "state", "--source=scene").start()
    assert camera.client.get("/cgi/admin/virtual.cgi", scene="still").text == "OK\r\n"
    yield camera
    stop_all([camera])


@pytest.fixture(scope="module")
def unchanged(still_camera: CameraProcess) -> Rgb:
    """Return a snapshot taken before any change."""
    return snapshot(still_camera.client)


@pytest.fixture
def client(still_camera: CameraProcess, unchanged: Rgb) -> Iterator[Client]:
    """Its administrator; changes of the test are reverted at the end."""
    client = still_camera.client
    before = {group: values(client, group) for group in GROUPS}
    yield client
    for group in GROUPS:
        now = values(client, group)
        if changed := {name: value for name, value in before[group].items() if value != now[name]}:
            client.update(group, **changed)
    until(client, lambda picture: picture.shape == unchanged.shape and difference(picture, unchanged) < 3)


def values(client: Client, group: str) -> dict[str, str]:
    """Return the parameters of a group."""
    lines = client.get("/cgi/admin/param.cgi", action="list", group=group).lines
    return dict(line.removeprefix(f"{group}.").split("=", 1) for line in lines if "=" in line)


def snapshot(client: Client) -> Rgb:
    return decode_jpeg(client.get("/cgi/jpg/image.cgi").body)


def until(client: Client, condition: Callable[[Rgb], object]) -> None:
    eventually(lambda: condition(snapshot(client)), "the snapshot does not show it")


def test_brightness(client: Client) -> None:
    before = brightness(snapshot(client))
    client.update(SENSOR, Brightness=220)
    until(client, lambda picture: brightness(picture) > before + 20)
    client.update(SENSOR, Brightness=40)
    until(client, lambda picture: brightness(picture) < before - 20)


def test_contrast(client: Client) -> None:
    before = snapshot(client).std()
    client.update(SENSOR, Contrast=30)
    until(client, lambda picture: picture.std() < before - 10)


def test_saturation(client: Client) -> None:
    client.update(SENSOR, Saturation=0)
    until(client, lambda picture: difference(picture[..., 0], picture[..., 2]) < 1)


def test_sharpness(client: Client) -> None:
    def detail(picture: Rgb) -> float:
        return difference(picture[:, 1:], picture[:, :-1])

    before = detail(snapshot(client))
    client.update(SENSOR, Sharpness=255)
    until(client, lambda picture: detail(picture) > before * 1.05)
    client.update(SENSOR, Sharpness=0)
    until(client, lambda picture: detail(picture) < before * 0.95)


@pytest.mark.parametrize(("name", "turn"), [("Mirror", lambda p: p[:, ::-1]), ("Flip", lambda p: p[::-1])])
def test_mirror_and_flip(client: Client, name: str, turn: Callable[[Rgb], Rgb]) -> None:
    before = snapshot(client)
    client.update(SENSOR, **{name: "on"})
    until(client, lambda picture: difference(picture, turn(before)) < difference(picture, before) / 2)


@pytest.mark.parametrize(
    "switches",
    [{"OverlayText": "on", "IncludeText": "on"}, {"OverlayDate": "on"}, {"OverlayDate": "on", "OverlayOpaque": "on"}],
)
def test_overlays_change_a_part_of_the_picture(client: Client, switches: dict[str, str]) -> None:
    before = snapshot(client)
    assert difference(before, snapshot(client)) < 3
    client.update(SENSOR, **switches)

    def shows(picture: Rgb) -> bool:
        changed = abs(picture.astype(int) - before).max(axis=2) > 80
        return 200 < changed.sum() < changed.size / 4

    until(client, shows)


def parts_until(client: Client, path: str, change: dict[str, object], enough: Callable[[Part], bool]) -> Part:
    """Change the stream while it is watched; return the first part that shows the change."""
    group = {MJPEG: "Image.MJPEG", H264: "Image.H264", MPEG4: "Image.MPEG4"}[path]
    with client.open(path) as answer:
        parts = (part for part in sdk_parts(answer) if part.type != ord("A"))
        next(parts)
        client.update(group, **change)
        return next(part for part in itertools.islice(parts, 400) if enough(part))


@pytest.mark.parametrize(
    ("path", "code", "scale", "more"),
    [
        (MJPEG, 0, 0, 0),
        (MJPEG, 1, 1, 0),
        (MJPEG, 3, 3, 0),
        (H264, 1, 1, 0),
        (H264, 16, 15, 0),
        (H264, 17, 15, 1),
        (H264, 19, 15, 3),
        (MPEG4, 17, 15, 1),
    ],
)
def test_the_resolution_changes_on_a_running_stream(
    client: Client, path: str, code: int, scale: int, more: int
) -> None:
    def shows(part: Part) -> bool:
        described = Format.of(part.format)
        return (described.scale, described.scale_more) == (scale, more)

    change = {"Resolution": code} if code < 17 else {"Framerate": 5, "Resolution": code}
    first = parts_until(client, path, change, shows)
    assert first.type in (0, ord("J")), "the new size starts at a key frame"


@pytest.mark.parametrize("path", [MJPEG, H264, MPEG4])
def test_the_frame_rate_changes_on_a_running_stream(client: Client, path: str) -> None:
    group = {MJPEG: "Image.MJPEG", H264: "Image.H264", MPEG4: "Image.MPEG4"}[path]
    with client.open(path) as answer:
        parts = (part for part in sdk_parts(answer) if part.type != ord("A"))
        next(parts)
        client.update(group, Framerate=10)
        slower = itertools.dropwhile(lambda part: Format.of(part.format).rate != 10, parts)
        next(slower)
        assert keeps_rate(slower, 10, settled=False)


def test_quality_and_bit_rate_change_the_size_of_what_is_sent(start_camera: StartCamera) -> None:
    client = start_camera("--source=scene").client

    def parts_of(path: str, count: int) -> list[Part]:
        with client.open(path) as answer:
            return list(itertools.islice((part for part in sdk_parts(answer) if part.type != ord("A")), count))

    def bytes_of(path: str) -> int:
        return sum(part.size for part in parts_of(path, 3))

    def bytes_a_second(path: str) -> float:
        parts = parts_of(path, 60)
        return sum(part.size for part in parts[:-1]) / (parts[-1].captured - parts[0].captured)

    client.update("Image.MJPEG", Quality=0)
    low = eventually(lambda: bytes_of(MJPEG))
    client.update("Image.MJPEG", Quality=4)
    eventually(lambda: bytes_of(MJPEG) > low * 2, "the best quality is hardly larger than the least")
    client.update("Image.H264", Ratecontrol="cbr", Bitrate=1000)
    slow = bytes_a_second(H264)
    client.update("Image.H264", Bitrate=6000)
    eventually(lambda: bytes_a_second(H264) > slow * 2, "six times the bit rate makes hardly more bytes")


@pytest.mark.parametrize(
    ("group", "values", "allowed"),
    [
        ("Image.MPEG4", {"Resolution": 17, "Framerate": 30}, "25"),
        ("Image.H264", {"Resolution": 19, "Framerate": 25}, "20"),
        ("Image.MJPEG", {"Resolution": 17}, "1280x720"),
        ("Image.H264", {"Bitrate": 999}, "1000"),
        ("Image.MJPEG", {"Framerate": 7}, "8"),
    ],
)
def test_limits_are_enforced_and_nothing_changes(
    client: Client, group: str, values: dict[str, int], allowed: str
) -> None:
    before = client.get("/cgi/admin/param.cgi", action="list", group=group).text
    answer = client.get("/cgi/admin/param.cgi", action="update", group=group, **values)
    assert answer.text.startswith("Request failed: ")
    assert allowed in answer.text
    assert client.get("/cgi/admin/param.cgi", action="list", group=group).text == before
