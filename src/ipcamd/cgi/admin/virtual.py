"""``/cgi/admin/virtual.cgi``: simulated conditions around the virtual device, and its state."""

from ipcamd.cgi.answer import NOT_FOUND, TEXT
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.device.virtual_hardware import CONDITIONS
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.params.group import Rank

CARD = {"sdcard", "sdcardsize"}
"""Conditions that need a slot for an SD card."""


def virtual(call: Call) -> Reply:
    """List or change the simulated conditions around the device. Raises `HttpError` 404 on a real device, and
    `RequestFailed`."""
    hardware = call.camera.drivers.virtual
    if hardware is None:
        raise HttpError(404)
    if not call.query.pairs:
        return text(*(f"{name}={value}" for name, value in hardware.state().items()))
    asked = {name.lower(): value for name, value in call.query.pairs}
    for name in sorted(asked.keys() & CARD if not call.camera.card.slot else ()):
        raise RequestFailed(f"{name}: this device has no slot for a card")
    hardware.apply(asked)
    return text("OK")


ENDPOINT = Endpoint(
    "/cgi/admin/virtual.cgi",
    Rank.ADMIN,
    virtual,
    changes=lambda query: bool(query.pairs),
    arguments=Arguments(*(Argument(name, help, kind) for name, (kind, _, help) in CONDITIONS.items())),
    answers=(TEXT, NOT_FOUND),
)
