"""``/cgi/admin/serverreport.cgi``: report of the device (SDK 1.1)."""

import time
from itertools import chain

from ipcamd.camera import Camera
from ipcamd.cgi.arguments import NO_ARGUMENTS
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never, text
from ipcamd.params.device.hardware import HARDWARE
from ipcamd.params.group import Rank
from ipcamd.storage.card import Card


def serverreport(call: Call) -> Reply:
    """Report name, addresses, versions and features in the SDK's order, then additional lines."""
    return text(*_plate(call), *_state(call.camera))


def _plate(call: Call) -> tuple[str, ...]:
    camera, identity = call.camera, call.camera.identity
    return (
        f"Server Name:{camera.settings['System.Info']['ServerName']}",
        f"IP Address:{camera.drivers.network.address_towards(call.address)}",
        f"MAC Address: {identity.mac}",  # the blank is the SDK's
        f"Model Number:{identity.model_number}",
        f"Product Number:{identity.product_number}",
        f"H/W Version:{identity.hardware_version}",
        f"F/W Version:{identity.firmware_version}",
        f"PT Support:{_has(camera, 'PT')}",
        f"IO Trigger Support:{_has(camera, 'TriggerIn')}",
    )


def _state(camera: Camera) -> tuple[str, ...]:
    pipeline = camera.pipeline
    reports = (
        pipeline.passthrough.report(),
        pipeline.hardware.report(),
        camera.delivery.report(),
        pipeline.traffic.report(),
    )
    return (
        f"Serial Number:{camera.identity.serial}",
        f"Date:{camera.clock.local():%Y/%m/%d %H:%M:%S}",
        f"Uptime:{int(time.monotonic() - camera.started_s)} s",
        f"Viewers:{camera.viewers()}",
        f"SD Card:{_card(camera.card)}",
        *(f"{title}:{words}" for title, words in chain(*reports)),
    )


def _card(card: Card) -> str:
    if not card.mounted:
        return "none"
    space = card.space()
    return f"inserted, {space.free_bytes >> 20} of {space.total_bytes >> 20} MB free, {len(card.index)} recordings"


def _has(camera: Camera, what: str) -> str:
    param = HARDWARE.param(what)
    return "Yes" if param and camera.settings.present(HARDWARE, param) != "0" else "No"


ENDPOINT = Endpoint("/cgi/admin/serverreport.cgi", Rank.ADMIN, serverreport, changes=never, arguments=NO_ARGUMENTS)
