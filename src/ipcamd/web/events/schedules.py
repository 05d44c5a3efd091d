"""Request of the events page for the schedules: their fields with controls, and the present schedules."""

from collections.abc import Iterator

from ipcamd.cgi.answer import JSON
from ipcamd.cgi.arguments import NO_ARGUMENTS
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.params.event.mqtt import MQTT
from ipcamd.params.event.schedule import FIELDS, SLOTS
from ipcamd.params.event.server import FTP, NETSTORAGE, SMTP
from ipcamd.params.group import Rank
from ipcamd.params.motion import MOTION
from ipcamd.web.page_request import json_reply, read_endpoint
from ipcamd.web.parameters.parameter_controls import control
from ipcamd.web.parameters.parameter_labels import label

_TARGETS = {"EnableFtp": FTP, "EnableEmail": SMTP, "EnableSamba": NETSTORAGE}


def schedules(call: Call) -> Reply:
    """Answer with the fields of a schedule, the highest number of schedules, and the present ones."""
    warnings = dict(_warnings(call))
    fields = [
        {"name": p.name, "label": label(p.name), "help": p.help, "factory": p.default, **control(p)}
        | ({"unit": p.unit} if p.unit else {})
        | ({"warning": warnings[p.name]} if p.name in warnings else {})
        for p in FIELDS
    ]
    present = [{"number": schedule.number, "values": dict(schedule.values)} for schedule in call.camera.schedules]
    return json_reply({"fields": fields, "slots": SLOTS, "schedules": present})


def _warnings(call: Call) -> Iterator[tuple[str, str]]:
    """Yield the fields without effect under the present settings, and the reason."""
    settings, card = call.camera.settings, call.camera.card
    for name, group in _TARGETS.items():
        if not settings[group.name].flag("Enable"):
            yield name, "This target is switched off: see Targets."
    if not settings[MQTT.name].flag("Enable"):
        yield "EnableMQTT", "MQTT is switched off: see Settings."
    if not card.mounted:
        yield "EnableSDCard", "There is no SD card."
    if not settings[MOTION.name].flag("motionenable"):
        yield "TriggerMotion", "Motion detection is switched off: see Motion."


ENDPOINTS = (read_endpoint("/web/schedules", Rank.ADMIN, schedules, NO_ARGUMENTS, JSON),)
"""Request of the schedules; ``schedule.cgi`` changes them."""
