import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd import __version__
from ipcamd.cgi.admin.serverreport import ENDPOINT
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change

SDK_ORDER = [
    "Server Name", "IP Address", "MAC Address", "Model Number", "Product Number", "H/W Version", "F/W Version",
    "PT Support", "IO Trigger Support",
]  # fmt: skip


async def report(rig: CameraRig) -> dict[str, str]:
    text = await rig.text(ENDPOINT)
    assert text.endswith("\r\n")
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


async def test_the_sdks_lines_come_first_in_its_order(rig: CameraRig) -> None:
    assert list(await report(rig))[: len(SDK_ORDER)] == SDK_ORDER


async def test_it_describes_this_device(rig: CameraRig) -> None:
    await rig.settings.update([Change("System.Info", "ServerName", "Front: door")])
    told = await report(rig)
    assert told["Server Name"] == "Front: door"
    assert told["IP Address"] == "127.0.0.1"
    assert told["MAC Address"] == rig.identity.mac
    assert told["F/W Version"] == __version__
    assert (told["PT Support"], told["IO Trigger Support"]) == ("Yes", "Yes")
    assert told["Viewers"] == "3"
    assert told["Date"] == "2025/06/15 15:06:40"


async def test_missing_hardware_is_not_supported(rig: CameraRig) -> None:
    rig.settings.add_readers({("Hardware", "PT"): lambda: "0", ("Hardware", "TriggerIn"): lambda: "0"})
    told = await report(rig)
    assert (told["PT Support"], told["IO Trigger Support"]) == ("No", "No")


async def test_the_card(rig: CameraRig) -> None:
    rig.card.limit_bytes = 64 << 20
    await rig.card.start()
    assert (await report(rig))["SD Card"] == "inserted, 64 of 64 MB free, 0 recordings"
    rig.card.insert(False)
    assert (await report(rig))["SD Card"] == "none"


async def test_delivery(rig: CameraRig) -> None:
    told = await report(rig)
    assert {told[title] for title in ("FTP", "mail", "Samba")} == {"0 waiting (0.0 MB), 0 delivered, 0 dropped"}


async def test_sent_and_dropped_frames_are_reported(rig: CameraRig) -> None:
    rig.traffic.of("h264", "rtsp").send(3, 1000)
    rig.traffic.of("mjpeg", "http").drop("192.0.2.7", 2)
    told = await report(rig)
    assert told["Frames h264 rtsp"] == "3 sent, 0 dropped"
    assert told["Frames mjpeg http"] == "0 sent, 2 dropped"
    rig.traffic.close()


async def test_how_each_stream_is_made(rig: CameraRig) -> None:
    rig.streams += [("Stream MJPEG", "off"), ("Stream H.264", "encoded (overlay)")]
    told = await report(rig)
    assert (told["Stream MJPEG"], told["Stream H.264"]) == ("off", "encoded (overlay)")
    assert (told["Encoder H.264"], told["Encoder H.265"]) == ("software", "software")


async def test_it_takes_no_parameters_and_is_for_administrators(rig: CameraRig) -> None:
    assert ENDPOINT.rank is Rank.ADMIN
    with pytest.raises(RequestFailed, match="verbose"):
        await rig.ask(ENDPOINT, "verbose=1")
