"""On-screen display over ONVIF: texts in the picture, made, changed and deleted by both media services."""

import threading

import numpy as np
import pytest
import simplejpeg
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.onvif.client import OnvifClient
from tests.onvif.official import official

pytestmark = pytest.mark.slow

SOURCE = "<{0}:ConfigurationToken>video_source0</{0}:ConfigurationToken>"
OSD = (
    '<{prefix}:OSD token="{token}"><tt:VideoSourceConfigurationToken>{source}</tt:VideoSourceConfigurationToken>'
    "<tt:Type>{type}</tt:Type><tt:Position><tt:Type>{position}</tt:Type></tt:Position>"
    "<tt:TextString{more}><tt:Type>{kind}</tt:Type>{content}</tt:TextString></{prefix}:OSD>"
)


def osd(kind: str = "Plain", content: str = "<tt:PlainText>Dock 4</tt:PlainText>", **more: str) -> str:
    return OSD.format(
        **{"prefix": "tr2", "token": "testOSD", "source": "video_source0", "type": "Text", "more": ""}
        | {"position": "UpperLeft", "kind": kind, "content": content}
        | more
    )


def create(onvif: OnvifClient, kind: str = "Plain", content: str = "<tt:PlainText>Dock 4</tt:PlainText>") -> str:
    return onvif.change("tr2:CreateOSD", osd(kind, content)).text("tr2:OSDToken")


def tokens(onvif: OnvifClient) -> list[str]:
    return [each.get("token", "") for each in onvif.ask("tr2:GetOSDs").content]


def delete(onvif: OnvifClient, token: str) -> None:
    onvif.change("tr2:DeleteOSD", f"<tr2:OSDToken>{token}</tr2:OSDToken>")


@pytest.fixture
def client(onvif_camera: CameraProcess) -> Client:
    return onvif_camera.client


@pytest.fixture(autouse=True)
def _no_texts_are_left(onvif_camera: CameraProcess) -> None:
    onvif = OnvifClient(onvif_camera.client)
    for token in tokens(onvif):
        delete(onvif, token)


@official("MEDIA2-6-1-1", "tr2:CreateOSD")
@pytest.mark.parametrize("kind", ["Plain", "Date", "Time", "DateAndTime"])
def test_media2_6_1_1_create_osd_for_text_overlay(onvif: OnvifClient, kind: str) -> None:
    """MEDIA2-6-1-1."""
    formats = "<tt:DateFormat>dd/MM/yyyy</tt:DateFormat>" if "Date" in kind else ""
    formats += "<tt:TimeFormat>h:mm:ss tt</tt:TimeFormat>" if "Time" in kind else ""
    token = create(onvif, kind, formats or "<tt:PlainText>A &amp; B</tt:PlainText>")
    shown = onvif.change("tr2:GetOSDs", f"<tr2:OSDToken>{token}</tr2:OSDToken>")
    assert shown.texts("tt:TextString/tt:Type") == [kind]
    assert shown.texts("tt:DateFormat") == (["dd/MM/yyyy"] if "Date" in kind else [])
    assert shown.texts("tt:TimeFormat") == (["h:mm:ss tt"] if "Time" in kind else [])
    assert shown.texts("tt:PlainText") == ([] if formats else ["A & B"])
    delete(onvif, token)
    assert onvif.refuse("tr2:GetOSDs", f"<tr2:OSDToken>{token}</tr2:OSDToken>")[:2] == [
        "ter:InvalidArgVal", "ter:NoConfig",
    ]  # fmt: skip


@official("MEDIA2-6-1-4", "tr2:SetOSD")
def test_media2_6_1_4_set_osd_text_overlay(onvif: OnvifClient, client: Client) -> None:
    """MEDIA2-6-1-4: any combination of the options, also another kind; the parameters of the camera hold it."""
    token = create(onvif)
    assert client.value("ImageSource.IO.Sensor", "OverlayText") == "on"
    onvif.change("tr2:SetOSD", osd("Time", "<tt:TimeFormat>H:mm:ss</tt:TimeFormat>", token=token, position="LowerLeft"))
    shown = onvif.change("trt:GetOSD", f"<trt:OSDToken>{token}</trt:OSDToken>")
    assert shown.texts("tt:Type") == ["Text", "LowerLeft", "Time"]
    assert client.value("ImageSource.IO.OSD.1", "TimeFormat") == "H:mm:ss"
    delete(onvif, token)
    assert client.value("ImageSource.IO.Sensor", "OverlayText") == "off"
    assert client.value("ImageSource.IO.OSD.1", "Kind") == "Plain"


@official("MEDIA2-6-1-5", "tr2:GetOSDs")
@official("MEDIA2-6-1-6", "tr2:GetOSDOptions")
@official("MEDIA2-6-1-7", "tr2:GetOSDs", "tr2:GetOSDOptions")
def test_media2_6_1_5_and_7_lists_agree_with_the_options(onvif: OnvifClient, client: Client) -> None:
    """MEDIA2-6-1-5, -6, -7: both media services list the texts of the SDK's switches."""
    client.update("ImageSource.IO.Sensor", OverlayText="on", OverlayDate="on")
    create(onvif, "Date", "")
    shown = onvif.change("tr2:GetOSDs", SOURCE.format("tr2"))
    assert shown.texts("tt:TextString/tt:Type") == ["Plain", "DateAndTime", "Date"]
    assert shown.texts("tt:PlainText") == [client.value("System.Info", "ServerName")]
    assert onvif.change("trt:GetOSDs").texts("tt:TextString/tt:Type") == ["Plain", "DateAndTime", "Date"]
    for prefix in ("tr2", "trt"):
        options = onvif.change(f"{prefix}:GetOSDOptions", SOURCE.format(prefix))
        limits = options.content.find(".//{*}MaximumNumberOfOSDs")
        assert limits is not None
        assert limits.get("Total") == "4"
        assert set(shown.texts("tt:Position/tt:Type")) <= set(options.texts("tt:PositionOption"))
        assert set(shown.texts("tt:DateFormat")) <= set(options.texts("tt:DateFormat"))


def test_more_texts_than_the_options_allow_and_invalid_ones_are_refused(onvif: OnvifClient, client: Client) -> None:
    made = [create(onvif, kind, "") for kind in ("Plain", "Plain", "Time", "DateAndTime")]
    assert sorted(made) == tokens(onvif)
    assert onvif.refuse("tr2:CreateOSD", osd())[:2] == ["ter:Action", "ter:MaxOSDs"]
    before = onvif.ask("tr2:GetOSDs").raw
    for wrong, code in (
        (osd(token="osd9"), "ter:NoConfig"),
        (osd(token=made[0], source="other"), "ter:NoConfig"),
        (osd(token=made[0], type="Image"), "ter:ConfigModify"),
        (osd(token=made[0], position="Custom"), "ter:ConfigModify"),
        (osd("Weather", "", token=made[0]), "ter:ConfigModify"),
        (osd("Date", "<tt:DateFormat>yy</tt:DateFormat>", token=made[0]), "ter:ConfigModify"),
        (osd("Plain", f"<tt:PlainText>{'x' * 65}</tt:PlainText>", token=made[0]), "ter:ConfigModify"),
        (osd(token=made[0], more=' IsPersistentText="false"'), "ter:ConfigModify"),
    ):
        assert onvif.refuse("tr2:SetOSD", wrong)[1] == code
    assert onvif.refuse("trt:DeleteOSD", "<trt:OSDToken>osd9</trt:OSDToken>")[1] == "ter:NoConfig"
    assert onvif.refuse("trt:GetOSDOptions", SOURCE.format("trt").replace("0", "7"))[1] == "ter:NoConfig"
    assert onvif.ask("tr2:GetOSDs").raw == before


def test_clients_that_create_at_the_same_time_get_texts_of_their_own(onvif: OnvifClient) -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(create(onvif))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == ["osd1", "osd2", "osd3", "osd4"]


def test_a_text_is_in_its_corner_at_once_and_after_a_power_cut(onvif: OnvifClient, onvif_camera: CameraProcess) -> None:
    onvif_camera.client.update("ImageSource.IO.Sensor", OverlayOpaque="on")

    def is_covered() -> bool:
        picture = simplejpeg.decode_jpeg(onvif_camera.client.get("/cgi/jpg/image.cgi").body, "GRAY")[..., 0]
        unit = picture.shape[0] // 28
        return bool(np.mean(picture[-2 * unit : -unit, -6 * unit : -unit] < 40) > 0.4)

    assert not is_covered()
    onvif.change(
        "trt:CreateOSD", osd(prefix="trt", position="LowerRight", content="<tt:PlainText>WWWWWW</tt:PlainText>")
    )
    eventually(is_covered)
    onvif_camera.kill()
    onvif_camera.start()
    eventually(is_covered)
    after = OnvifClient(onvif_camera.client)
    assert tokens(after) == ["osd1"]
    delete(after, "osd1")
    eventually(lambda: not is_covered())
