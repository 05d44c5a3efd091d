import pytest
from tests.cgi.asking import World

from ipcamd import __version__
from ipcamd.cgi.admin.serverreport import ENDPOINT
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change

SDK_ORDER = [
    "Server Name", "IP Address", "MAC Address", "Model Number", "Product Number", "H/W Version", "F/W Version",
    "PT Support", "IO Trigger Support",
]  # fmt: skip


async def report(world: World) -> dict[str, str]:
    text = await world.text(ENDPOINT)
    assert text.endswith("\r\n")
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


async def test_the_sdks_lines_come_first_in_its_order(world: World) -> None:
    assert list(await report(world))[: len(SDK_ORDER)] == SDK_ORDER


async def test_it_describes_this_device(world: World) -> None:
    await world.settings.update([Change("System.Info", "ServerName", "Front: door")])
    told = await report(world)
    assert told["Server Name"] == "Front: door"
    assert told["IP Address"] == "127.0.0.1"
    assert told["MAC Address"] == world.identity.mac
    assert told["F/W Version"] == __version__
    assert (told["PT Support"], told["IO Trigger Support"]) == ("Yes", "Yes")
    assert told["Viewers"] == "3"
    assert told["Date"] == "2025/06/15 15:06:40"


async def test_missing_hardware_is_not_supported(world: World) -> None:
    world.settings.add_readers({("Hardware", "PT"): lambda: "0", ("Hardware", "TriggerIn"): lambda: "0"})
    told = await report(world)
    assert (told["PT Support"], told["IO Trigger Support"]) == ("No", "No")


async def test_the_card(world: World) -> None:
    world.card.limit_bytes = 64 << 20
    await world.card.start()
    assert (await report(world))["SD Card"] == "inserted, 64 of 64 MB free, 0 recordings"
    world.card.insert(False)
    assert (await report(world))["SD Card"] == "none"


async def test_delivery(world: World) -> None:
    told = await report(world)
    assert {told[title] for title in ("FTP", "mail", "Samba")} == {"0 waiting (0.0 MB), 0 delivered, 0 dropped"}


async def test_sent_and_dropped_frames_are_reported(world: World) -> None:
    world.traffic.of("h264", "rtsp").send(3, 1000)
    world.traffic.of("mjpeg", "http").drop("192.0.2.7", 2)
    told = await report(world)
    assert told["Frames h264 rtsp"] == "3 sent, 0 dropped"
    assert told["Frames mjpeg http"] == "0 sent, 2 dropped"
    world.traffic.close()


async def test_how_each_stream_is_made(world: World) -> None:
    world.streams += [("Stream MJPEG", "off"), ("Stream H.264", "encoded (overlay)")]
    told = await report(world)
    assert (told["Stream MJPEG"], told["Stream H.264"]) == ("off", "encoded (overlay)")
    assert (told["Encoder H.264"], told["Encoder H.265"]) == ("software", "software")


async def test_it_takes_no_parameters_and_is_for_administrators(world: World) -> None:
    assert ENDPOINT.rank is Rank.ADMIN
    with pytest.raises(RequestFailed, match="verbose"):
        await world.ask(ENDPOINT, "verbose=1")
