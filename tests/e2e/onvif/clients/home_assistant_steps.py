"""Steps of Home Assistant's ONVIF integration, by its client onvif-zeep-async.

usage: home_assistant_steps.py PORT PASSWORD     It prints the camera's answers as JSON.
"""

import asyncio
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from zeep.exceptions import Fault

import onvif
from onvif import ONVIFCamera

_FAST = {"PanTilt": {"x": 1, "y": 1}, "Zoom": {"x": 1}}


async def main(port: int, password: str) -> None:
    camera = ONVIFCamera("127.0.0.1", port, "admin", password, f"{Path(onvif.__file__).parent}/wsdl", no_cache=True)
    try:
        await camera.update_xaddrs()
        found = await read_device(camera)
        media = await camera.create_media_service()
        profile = (await media.GetProfiles())[0]
        found |= await read_media(camera, media, profile)
        found |= await read_events(camera)
        await move(camera, profile)
        found["missing preset"] = await go_to_missing_preset(camera, profile)
    finally:
        await camera.close()
    print(json.dumps(found))


async def read_device(camera: Any) -> dict[str, Any]:
    device = await camera.create_devicemgmt_service()
    time, interfaces = await device.GetSystemDateAndTime(), await device.GetNetworkInterfaces()
    return {
        "year": time.UTCDateTime.Date.Year,
        "mac": interfaces[0].Info.HwAddress,
        "serial": (await device.GetDeviceInformation()).SerialNumber,
        "services": sorted(camera.xaddrs),
    }


async def read_media(camera: Any, media: Any, profile: Any) -> dict[str, Any]:
    request = media.create_type("GetStreamUri")
    request.ProfileToken = profile.token
    request.StreamSetup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    pictures = [await camera.get_snapshot(profile.token, basic_auth) for basic_auth in (False, True)]
    return {
        "has snapshots": (await media.GetServiceCapabilities()).SnapshotUri,
        "profiles": [[each.token, each.VideoEncoderConfiguration.Encoding] for each in await media.GetProfiles()],
        "stream": (await media.GetStreamUri(request)).Uri,
        "snapshots": [picture[:2].hex() for picture in pictures],
    }


async def read_events(camera: Any) -> dict[str, Any]:
    manager = await camera.create_pullpoint_manager(dt.timedelta(minutes=10), lambda: None)
    await manager.set_synchronization_point()
    request = {"Timeout": dt.timedelta(seconds=60), "MessageLimit": 100}
    answer = await manager.get_service().PullMessages(request)
    await manager.shutdown()
    return {"topics": sorted({message.Topic._value_1 for message in answer.NotificationMessage})}


async def move(camera: Any, profile: Any) -> None:
    ptz, imaging = await camera.create_ptz_service(), await camera.create_imaging_service()
    source = profile.VideoSourceConfiguration.SourceToken
    for name, field, vector in (
        ("ContinuousMove", "Velocity", {"PanTilt": {"x": 0.5, "y": 0}}),
        ("RelativeMove", "Translation", {"PanTilt": {"x": 0.1, "y": 0}, "Zoom": {"x": 0}}),
        ("AbsoluteMove", "Position", {"PanTilt": {"x": 0, "y": 0}, "Zoom": {"x": 0}}),
    ):
        request = ptz.create_type(name)
        request.ProfileToken = profile.token
        setattr(request, field, vector)
        if name != "ContinuousMove":
            request.Speed = _FAST
        await getattr(ptz, name)(request)
    await ptz.Stop({"ProfileToken": profile.token, "PanTilt": True, "Zoom": True})
    settings = {"IrCutFilter": "AUTO"}
    await imaging.SetImagingSettings({"VideoSourceToken": source, "ImagingSettings": settings})


async def go_to_missing_preset(camera: Any, profile: Any) -> str:
    ptz = await camera.create_ptz_service()
    try:
        await ptz.GotoPreset({"ProfileToken": profile.token, "PresetToken": "8", "Speed": _FAST})
    except Fault as fault:
        return str(fault)
    return ""


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
