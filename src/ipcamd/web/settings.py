"""Requests of the settings page: all parameters with their controls, a check of one value, changes, and undo."""

from collections.abc import Iterator, Mapping
from typing import Any

from ipcamd.cgi.answer import JSON, TEXT
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never
from ipcamd.errors import RequestFailed, StoreError
from ipcamd.params import GROUPS, find_group
from ipcamd.params.device.hardware import HARDWARE
from ipcamd.params.group import Group, Param, Rank
from ipcamd.settings.change_records import Applied, Change
from ipcamd.settings.secret_mask import hide_secret
from ipcamd.web.page_request import change_endpoint, describe_error, json_reply, read_endpoint
from ipcamd.web.parameters.parameter_controls import control
from ipcamd.web.parameters.parameter_labels import label
from ipcamd.web.settings_topics import TOPICS


def settings(call: Call) -> Reply:
    """Answer with the topics, their groups and parameters: all for administrators, for others those that they may set;
    with `group`, only these groups, and with `like` and `values` for a group whose parameters are like those of an
    earlier one, such as the next webhook."""
    wanted = (call.query.get("group") or "").split(",")
    by_name = {group.name: group for group in GROUPS}
    titled = [(topic, by_name[name], title) for topic, names in TOPICS.items() for name, title in names.items()]
    titled = [(topic, group, title) for topic, group, title in titled if wanted == [""] or group.name in wanted]
    topics: dict[str, list[object]] = {}
    known: dict[str, str] = {}
    for topic, group, title in titled:
        if params := [_described(call, group, param) for param in group.params if _is_shown(call, param)]:
            alike = None if wanted == [""] else _describe_like(known, group.name, params)
            topics.setdefault(topic, []).append({"name": group.name, "title": title} | (alike or {"params": params}))
    return json_reply([{"title": title, "groups": groups} for title, groups in topics.items()])


def _describe_like(known: dict[str, str], name: str, params: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the values, and the group whose parameters differ only in them; None if there is none. `known` has the
    groups by the description of their parameters, and gets this one."""
    described = str([param | {"value": ""} for param in params])
    like = known.setdefault(described, name)
    return {"like": like, "values": {param["name"]: param["value"] for param in params}} if like != name else None


def check(call: Call) -> Reply:
    """Answer with the canonical form of one value (`name=Group.Name&value=...`), or why it is not allowed."""
    change = _change(call.query.get("name") or "", call.query.get("value") or "")
    try:
        checked = call.camera.settings.check(change, call.requester())
    except RequestFailed as error:
        return json_reply({"error": describe_error(error)})
    return json_reply({"value": hide_secret(checked.param, checked.value)})


async def update(call: Call) -> Reply:
    """Change all sent parameters (`Group.Name=value`), of any groups, or none. Answer with the new values and the token
    of `/web/undo`, or with the errors by parameter."""
    changes = {name: _change(name, value) for name, value in call.query.pairs}
    if errors := dict(_errors(call, changes)):
        return json_reply({"errors": errors})
    try:
        return _applied(call, await call.camera.settings.update(changes.values(), by=call.requester()))
    except (RequestFailed, StoreError) as error:
        return json_reply({"errors": _errors_by_parameter(str(error), changes)})


async def undo(call: Call) -> Reply:
    """Revert the change of this `token`, unless the same parameters have changed since. Answer as `/web/update`."""
    try:
        return _applied(call, await call.camera.undo_history.undo(call.query.get("token") or "", call.requester()))
    except (RequestFailed, StoreError) as error:
        return json_reply({"errors": {"": str(error)}})


def _is_shown(call: Call, param: Param) -> bool:
    rank = call.account.rank
    return param.get <= rank and (rank is Rank.ADMIN or (param.set is not None and param.set <= rank))


def _described(call: Call, group: Group, param: Param) -> dict[str, Any]:
    camera = call.camera
    secret, by = param.secret, call.requester()
    described: dict[str, Any] = {"name": param.name, "label": label(param.name), "help": _plain(param.help)}
    described |= {"value": hide_secret(param, camera.settings.present(group, param, by)), **control(param)}
    if param.unit:
        described["unit"] = param.unit
    if param.set is None:
        return described | {"fixed": ""}
    stored = camera.settings[group.name].get(param.name)
    if not secret and stored == described["value"]:  # otherwise the device determines the value, such as its address
        described["factory"] = camera.settings.factory(group.name)[param.name]
    if not camera.settings.is_supported(group, param):
        return described | {"fixed": _missing(param)}
    return described


def _missing(param: Param) -> str:
    """Return the name of missing hardware that a parameter needs."""
    feature = HARDWARE.param(param.needs)
    return f"Not on this device: {_plain(feature.help)}" if feature else "Not on this device."


def _plain(text: str) -> str:
    return text.replace("``", "")


def _change(name: str, value: str) -> Change:
    group, _, param = name.rpartition(".")
    return Change(group, param, value)


def _errors(call: Call, changes: Mapping[str, Change]) -> Iterator[tuple[str, str]]:
    """Yield each parameter that may not have its new value, and the reason."""
    if not changes:
        yield "", "nothing to save"
    for name, change in changes.items():
        try:
            if find_group(change.group) is None:
                raise RequestFailed("there is no such parameter")
            call.camera.settings.check(change, call.requester())
        except RequestFailed as error:
            yield name, describe_error(error)


def _errors_by_parameter(message: str, changes: Mapping[str, Change]) -> dict[str, str]:
    """Return the message by the parameter that it names, or by that of the only change; else without one."""
    named = [name for name, change in changes.items() if f"{change.name}=" in message or f"{change.name}:" in message]
    return {named[0] if named else next(iter(changes)) if len(changes) == 1 else "": message}


def _applied(call: Call, applied: Applied) -> Reply:
    values = {
        f"{change.group.name}.{change.param.name}": hide_secret(change.param, change.value)
        for change in (*applied.sent, *applied.followed)
    }
    return json_reply({"values": values, "undo": call.camera.undo_history.keep(applied, call.requester())})


_GROUPS = Argument("group", "Names of groups, separated by commas; all without it.")
_NAME = Argument("name", "Parameter, `Group.Name`.")
_VALUE = Argument("value", "Value that is checked.")
_TOKEN = Argument("token", "The change, as `/web/update` named it.")


_ANSWERS = (JSON, TEXT)
_CHECKED = Arguments(_NAME, _VALUE)

ENDPOINTS = (
    read_endpoint("/web/settings", Rank.USERS, settings, Arguments(_GROUPS), JSON),
    Endpoint("/web/check", Rank.USERS, check, changes=never, methods=("POST",), arguments=_CHECKED, answers=_ANSWERS),
    change_endpoint("/web/update", Rank.USERS, update, Arguments(undeclared=Undeclared.PARAMETERS), *_ANSWERS),
    change_endpoint("/web/undo", Rank.USERS, undo, Arguments(_TOKEN), *_ANSWERS),
)
"""Requests of the settings page."""
