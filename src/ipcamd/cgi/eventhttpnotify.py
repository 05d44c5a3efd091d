"""``/EventHttpNotify.cgi``: targets of HTTP notifications (SDK 12)."""

from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.errors import IpcamdError
from ipcamd.params.event.notify import NOTIFY
from ipcamd.params.group import Rank
from ipcamd.params.kinds.addresses import Host
from ipcamd.settings.change_records import Change
from ipcamd.wire.http.notification import HttpNotification, HttpNotificationError, parse


async def eventhttpnotify(call: Call) -> Reply:
    """Set the target of one kind of event; an empty ``HttpUrl`` removes all. The answers are those of the SDK."""
    if any(name.lower() not in ("httpurl", "message") for name, _ in call.query.pairs):
        return text("NG")  # probably the rest of a URL with an unencoded ? or &
    url, message = call.query.get("httpurl"), call.query.get("message")
    if url is None:
        return text("HttpUrl Not Found")
    if not url:
        return await _keep(call, {param.name: "" for param in NOTIFY.params})
    if not message:
        return text("Message Not Found")
    try:
        notification = parse(url, message)
        Host().normalize(notification.host)
    except HttpNotificationError as error:
        return text(str(error))
    except ValueError:
        return text("IP Not Found")
    return await _set(call, notification)


async def _set(call: Call, notification: HttpNotification) -> Reply:
    if not call.camera.egress.may_be(notification.host, notification.port):
        return text("NG")
    return await _keep(call, {notification.kind: notification.dump()})


async def _keep(call: Call, values: dict[str, str]) -> Reply:
    try:
        changes = [Change(NOTIFY.name, name, value) for name, value in values.items()]
        await call.camera.settings.update(changes, by=call.requester())
    except IpcamdError:
        return text("NG")
    return text("OK")


ARGUMENTS = Arguments(
    Argument("HttpUrl", "URL to request, `http://HOST[:PORT]/PATH`; empty: none for any kind of event."),
    Argument("Message", "Kind of event: `motion`, `input1_0` (`di1_0`) and so on, or as the notification has it."),
    undeclared=Undeclared.IGNORED,
)
"""The action checks them, with the SDK's answers."""
ENDPOINT = Endpoint("/eventhttpnotify.cgi", Rank.ADMIN, eventhttpnotify, arguments=ARGUMENTS)
