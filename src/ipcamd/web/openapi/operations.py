"""Operations of the description: one endpoint's arguments, bodies, answers and login."""

import functools
import inspect
import re
from http import HTTPStatus
from typing import Any

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import ACTION, Argument, Undeclared
from ipcamd.cgi.endpoint import Body, Endpoint, LoginPlace, never
from ipcamd.web.openapi.schemas import STRING, Schema, argument_schema, plain
from ipcamd.wire.http.query import Query

FORM = "application/x-www-form-urlencoded"
UPDATE = "Update"
"""Name of the schema of an update of parameters."""
CONFIRMATION = Answer(
    "text/html; charset=utf-8", "For a browser that does not report the origin of the request: a confirmation page."
)
COMMON = {
    400: "The request is malformed.",
    401: "The login is missing or wrong.",
    403: "The account may not do that, or another site sent the request, or the address is denied.",
    408: "The request timed out.",
    413: "The body is too long.",
    414: "The URL is too long.",
    429: "Too many wrong logins from this address; `Retry-After` says when it may try again.",
    431: "The header fields are too long.",
    503: "Too many clients, or the SD card is being read.",
}
"""Errors that every endpoint may return, as a line of text."""
TAGS = {
    "ipcamd.cgi.admin": ("Administration", "Accounts, clock, certificate, maintenance, logs."),
    "ipcamd.cgi.stream": ("Streams", "Live pictures and snapshots."),
    "ipcamd.cgi.audio": ("Sound", "Listen and talk."),
    "ipcamd.cgi.ptz": ("PTZ", "Pan, tilt and zoom."),
    "ipcamd.cgi.fz": ("Lens", "Zoom and focus of the motor lens."),
    "ipcamd.cgi.event": ("Events", "Schedules, and tests of targets."),
    "ipcamd.cgi": ("Parameters, motion and recordings", "List and change parameters; motion detection; the SD card."),
    "ipcamd.web.whep": ("WebRTC", "Live pictures and sound for browsers and players (WHEP)."),
    "ipcamd.web": ("Pages", "Requests of the camera's own pages; they change with them."),
}
"""Package of an endpoint to the tag of its operations, and its description."""
FILES = ("Files", "Files of the camera's own pages.")
"""Tag of the pages' files, and its description."""


def path_item(endpoint: Endpoint) -> dict[str, Any]:
    """Return the operations of an endpoint, by method in lower case."""
    operations = {method.lower(): _operation(endpoint, method) for method in endpoint.methods}
    return {**operations, **({"x-aliases": list(endpoint.aliases)} if endpoint.aliases else {})}


def tag(endpoint: Endpoint) -> str:
    """Return the tag of an endpoint. Raises ``KeyError`` for a new package."""
    module = inspect.unwrap(action_of(endpoint)).__module__
    if module == "ipcamd.web.pages" and endpoint.path.startswith("/web/") and "." in endpoint.path:
        return FILES[0]
    found = max((package for package in TAGS if f"{module}.".startswith(f"{package}.")), key=len, default=module)
    return TAGS[found][0]


def action_of(endpoint: Endpoint) -> Any:
    """Return the function that executes an endpoint's requests, and has the docstring."""
    action = endpoint.action.func if isinstance(endpoint.action, functools.partial) else endpoint.action
    return action if inspect.isroutine(action) else type(action).__call__


def purpose(endpoint: Endpoint) -> str:
    """Return the purpose of an endpoint: the first sentence of its action's docstring."""
    return re.split(r"(?<=\.)\s", _documentation(endpoint))[0]


def _documentation(endpoint: Endpoint) -> str:
    text = (inspect.getdoc(action_of(endpoint)) or "File of a web page.").replace("\n", " ")
    return plain(text.partition(" Raises ")[0])


def _operation(endpoint: Endpoint, method: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": [tag(endpoint)],
        "operationId": f"{method.lower()} {endpoint.path}",
        "summary": purpose(endpoint),
        "description": _documentation(endpoint),
        "parameters": _parameters(endpoint, method),
        "responses": _responses(endpoint, method),
        "x-rank": endpoint.rank.name.lower(),
        "x-changes": _changes(endpoint),
    }
    if method == "POST" and (content := _bodies(endpoint)):
        operation["requestBody"] = {"content": content}
    if endpoint.login is not LoginPlace.HEAD:
        operation["security"] = []
    if any(answer.is_endless for answer in endpoint.answers):
        operation["x-endless"] = True
    return operation


def _changes(endpoint: Endpoint) -> bool | list[str]:
    """Return whether its requests change something: always, never, or with certain actions."""
    if endpoint.changes is never:
        return False
    if not endpoint.arguments.actions:
        return True
    return [word for word in endpoint.arguments.actions if endpoint.changes(Query.of([(ACTION, word)]))]


def _parameters(endpoint: Endpoint, method: str) -> list[dict[str, Any]]:
    """Return the parameters of the URL. A POST also has them in a form, which is described as its body."""
    if method == "POST" and (endpoint.body is not Body.STREAM or FORM in endpoint.uploads):
        return []
    listed = [_parameter(argument) for argument in endpoint.arguments if not argument.is_secret]
    return listed + ([_OTHERS] if endpoint.arguments.undeclared is Undeclared.PARAMETERS else [])


_OTHERS: dict[str, Any] = {
    "name": "parameters",
    "in": "query",
    "description": "Parameters and their new values; the schemas have the names of the groups.",
    "style": "form",
    "explode": True,
    "schema": {"type": "object", "additionalProperties": STRING},
}


def _parameter(argument: Argument) -> dict[str, Any]:
    needed = argument.name == ACTION and not argument.default
    actions = {"x-actions": list(argument.actions)} if argument.actions else {}
    schema, help = argument_schema(argument), plain(argument.help)
    required = {"required": True} if needed else {}
    return {"name": argument.name, "in": "query", "description": help, **required, "schema": schema, **actions}


def _bodies(endpoint: Endpoint) -> dict[str, Any]:
    """Return the body of a POST by content type."""
    form = _form(endpoint)
    if endpoint.body is not Body.STREAM:
        return {FORM: {"schema": form}}
    content: dict[str, Any] = {}
    for kind in endpoint.uploads:
        file = {"file": {"type": "string", "format": "binary"}}
        properties = {**form.get("properties", {}), **(file if kind.startswith("multipart/form") else {})}
        is_form = kind in (FORM, "multipart/form-data")
        content[kind] = {"schema": {"type": "object", "properties": properties}} if is_form else {}
    return content


def _form(endpoint: Endpoint) -> Schema:
    """Return the schema of the arguments as a form: one for each action, if there are several."""
    arguments = endpoint.arguments
    if not arguments.actions or not any(argument.actions for argument in arguments):
        return _object(endpoint, "")
    return {"oneOf": [_object(endpoint, action) for action in arguments.actions]}


def _object(endpoint: Endpoint, action: str) -> Schema:
    arguments = endpoint.arguments
    if arguments.undeclared is Undeclared.PARAMETERS and action == "update":
        return {"$ref": f"#/components/schemas/{UPDATE}"}
    taken = arguments.taken_by(action)
    properties = {a.name: argument_schema(a) | {"description": plain(a.help)} for a in taken}
    if action:
        properties[ACTION] = {"const": action}
    schema: Schema = {"type": "object", "properties": properties}
    if action and not arguments[ACTION].default:
        schema["required"] = [ACTION]
    if arguments.undeclared is Undeclared.REFUSED:
        schema["additionalProperties"] = False
    return schema


def _responses(endpoint: Endpoint, method: str) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for answer in _answers(endpoint, method):
        response = responses.setdefault(str(answer.status), {"description": _meaning(answer)})
        if answer.content_type:
            response.setdefault("content", {})[answer.content_type] = _media(answer)
    has_login = endpoint.login is LoginPlace.HEAD
    for status in COMMON if has_login else COMMON.keys() - {401, 429}:
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})
    return dict(sorted(responses.items()))


def _answers(endpoint: Endpoint, method: str) -> list[Answer]:
    """Return the answers of an operation: the declared ones, and those of the check of its arguments."""
    asks = method == "GET" and endpoint.changes is not never
    refuses = endpoint.arguments.undeclared is Undeclared.REFUSED or any(each.kind for each in endpoint.arguments)
    return [*endpoint.answers, *([TEXT] if refuses else []), *([CONFIRMATION] if asks else [])]


def _meaning(answer: Answer) -> str:
    if answer.help and answer.status != HTTPStatus.OK:
        return answer.help
    return "Lines of text, `Request failed: ...` for a request that cannot be carried out, or as the content types say."


def _media(answer: Answer) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": {**STRING} if answer.content_type.startswith("text/") else {}}
    if answer.help and answer.status == HTTPStatus.OK:
        media["x-help"] = answer.help
    return media | ({"x-endless": True} if answer.is_endless else {})
