"""Privacy over ONVIF: masks of Media2 in the picture, and the switch as an auxiliary command."""

import pytest
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.pictures import Rgb, decode_jpeg
from tests.onvif.client import OnvifClient
from tests.onvif.samples.masks import mask

pytestmark = pytest.mark.slow

CORNER = "0.5 1 1 1 1 0.5 0.5 0.5"
"""The upper right corner of the picture, as a client draws it."""


def snapshot(client: Client) -> Rgb:
    return decode_jpeg(client.get("/cgi/jpg/image.cgi").body)


def corners(client: Client) -> list[bool]:
    """Return which corners of the picture are black: upper left, upper right, lower left, lower right."""
    picture = snapshot(client)
    height, width = picture.shape[0] // 4 - 8, picture.shape[1] // 4 - 8
    return [
        bool(part.max() < 30)
        for rows in (picture[:height], picture[-height:])
        for part in (rows[:, :width], rows[:, -width:])
    ]


def places(onvif: OnvifClient) -> list[tuple[str | None, str | None]]:
    return [
        (point.get("x"), point.get("y"))
        for point in onvif.ask("tr2:GetMasks").content[0].iter()
        if point.tag.endswith("}Point")
    ]


def test_a_mask_is_where_the_client_draws_it_whatever_is_mirrored(
    onvif_camera: CameraProcess, onvif: OnvifClient
) -> None:
    client = onvif_camera.client
    token = onvif.change("tr2:CreateMask", mask(corners=CORNER, kind="Color")).text("tr2:Token")
    assert corners(client) == [False, True, False, False]
    client.update("ImageSource.IO.Sensor", Mirror="on")
    assert corners(client) == [True, False, False, False]  # it stays on the scene
    assert {float(x or 0) for x, _ in places(onvif)} == {-1, -0.5}
    onvif.change("tr2:SetMask", mask(token, CORNER, "Color"))
    assert corners(client) == [False, True, False, False]
    client.update("ImageSource.IO.Sensor", Mirror="off", Flip="on")
    assert corners(client) == [False, False, True, False]
    onvif.change("tr2:SetMask", mask(token, CORNER, "Color", enabled="false"))
    assert corners(client) == [False] * 4
    onvif.change("tr2:DeleteMask", f"<tr2:Token>{token}</tr2:Token>")
    client.update("ImageSource.IO.Sensor", Flip="off")
    assert client.value("Privacy.Mask1", "Right") == "0"


def test_there_are_eight_masks(onvif_camera: CameraProcess, onvif: OnvifClient) -> None:
    made = [onvif.change("tr2:CreateMask", mask(enabled="false")).text("tr2:Token") for _ in range(8)]
    assert made == [f"mask{number}" for number in range(1, 9)]
    assert onvif.refuse("tr2:CreateMask", mask())[:2] == ["ter:Action", "ter:MaxMasks"]
    for token in made:
        onvif.change("tr2:DeleteMask", f"<tr2:Token>{token}</tr2:Token>")
    assert len(onvif.ask("tr2:GetMasks").content) == 0


def test_privacy_is_an_auxiliary_command_of_administrators(onvif_camera: CameraProcess, onvif: OnvifClient) -> None:
    client = onvif_camera.client
    command = "<tds:AuxiliaryCommand>ipcamd:Privacy|{}</tds:AuxiliaryCommand>"
    assert "ipcamd:Privacy|On" in onvif.ask("tds:GetServiceCapabilities").content[0].find("{*}Misc").get(
        "AuxiliaryCommands"
    )
    onvif.change("tds:SendAuxiliaryCommand", command.format("On"))
    assert client.value("Privacy", "Enabled") == "yes"
    client.get("/cgi/admin/pwdgrp.cgi", action="add", user="vera", pwd="horse 42", grp="users")
    user = OnvifClient(Client(onvif_camera.port, "vera", "horse 42"))
    assert "ter:NotAuthorized" in user.refuse("tds:SendAuxiliaryCommand", command.format("Off"))
    onvif.change("tds:SendAuxiliaryCommand", command.format("Off"))
    assert client.value("Privacy", "Enabled") == "no"
    assert eventually(lambda: corners(client) == [False] * 4)
