"""Requests of the events page for the addresses of HTTP notifications (SDK 12)."""

from ipcamd.cgi.answer import JSON, TEXT
from ipcamd.cgi.arguments import NO_ARGUMENTS, Argument, Arguments
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.errors import RequestFailed, StoreError
from ipcamd.params.event.notify import NOTIFY
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change
from ipcamd.web.page_request import change_endpoint, describe_error, json_reply, read_endpoint
from ipcamd.wire.http.notification import HttpNotificationError, load

WORDS = {
    "IP Not Found": "allowed: an address http://host/path or https://host/path",
    "CGI Not Found": "a path is needed behind the host, as in http://host/event.cgi",
    "Port Not Found": "allowed: ports 1 to 65535",
}
"""The SDK's errors as readable texts."""

_KINDS = Arguments(*(Argument(param.name, f"{param.help} The event, a blank, and the URL.") for param in NOTIFY.params))


def notifications(call: Call) -> Reply:
    """Answer with the event and the address of each kind of notification; empty without one."""
    return json_reply(dict(call.camera.settings[NOTIFY.name]))


async def notify(call: Call) -> Reply:
    """Set the addresses of the sent kinds, all or none. Answer with the new values, or the errors by kind."""
    sent = {name.lower(): value for name, value in call.query.pairs}
    if errors := {name: why for name, value in sent.items() if (why := _error(call, name, value))}:
        return json_reply({"errors": errors})
    try:
        changes = [Change(NOTIFY.name, name, value) for name, value in sent.items()]
        await call.camera.settings.update(changes, by=call.requester())
    except (RequestFailed, StoreError) as error:
        return json_reply({"errors": {"": describe_error(error)}})
    return json_reply({"values": dict(call.camera.settings[NOTIFY.name])})


def _error(call: Call, name: str, value: str) -> str:
    """Return why a kind may not have this value; "" if it may."""
    try:
        notification = load(value) if value else None
    except HttpNotificationError as error:
        return WORDS.get(str(error), str(error))
    if notification and notification.kind != name:
        return f"{notification.event} is no event of {name}"
    if notification and not call.camera.egress.may_be(notification.host, notification.port):
        return f"the camera does not call {notification.host}:{notification.port}; --allow-local-targets allows it"
    return ""


ENDPOINTS = (
    read_endpoint("/web/notifications", Rank.ADMIN, notifications, NO_ARGUMENTS, JSON),
    change_endpoint("/web/notify", Rank.ADMIN, notify, _KINDS, JSON, TEXT),
)
"""Requests of the form of HTTP notifications."""
