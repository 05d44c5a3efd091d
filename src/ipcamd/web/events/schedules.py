"""Request of the events page for the schedules: their fields with controls, and the present schedules."""

from collections.abc import Iterator, Mapping

from ipcamd.cgi.answer import JSON
from ipcamd.cgi.arguments import NO_ARGUMENTS
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never
from ipcamd.params.event.mqtt import MQTT
from ipcamd.params.event.schedule import FIELDS, SLOTS
from ipcamd.params.event.server import FTP, NETSTORAGE, SMTP
from ipcamd.params.group import Rank
from ipcamd.params.motion import MOTION
from ipcamd.web.page_request import json_reply
from ipcamd.web.parameters.parameter_controls import control
from ipcamd.web.parameters.parameter_labels import label

_TARGETS = {"EnableFtp": FTP, "EnableEmail": SMTP, "EnableSamba": NETSTORAGE}


def schedules(call: Call) -> Reply:
    """Answer with the fields of a schedule, the highest number of schedules, and the present ones."""
    warnings = dict(_warnings(call))
    fields = [
        {"name": p.name, "label": label(p.name), "help": p.help, "factory": p.default, **control(p), **_extras(p.unit)}
        | ({"warning": warnings[p.name]} if p.name in warnings else {})
        for p in FIELDS
    ]
    present = [{"number": schedule.number, "values": dict(schedule.values)} for schedule in call.camera.schedules]
    answer = {"fields": fields, "slots": SLOTS, "schedules": present}
    return json_reply(answer)


def _extras(unit: str) -> Mapping[str, str]:
    return {"unit": unit} if unit else {}


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


ENDPOINTS = (
    Endpoint(
        "/web/schedules",
        Rank.ADMIN,
        schedules,
        changes=never,
        methods=("GET",),
        arguments=NO_ARGUMENTS,
        answers=(JSON,),
    ),
)
"""Requests of the schedules; ``schedule.cgi`` changes them."""
