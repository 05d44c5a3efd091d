"""Page request: declares endpoints for pages, and formats their answers."""

import json

from ipcamd.cgi.answer import Answer
from ipcamd.cgi.arguments import Arguments
from ipcamd.cgi.endpoint import Action, Endpoint, LoginPlace, Reply, never
from ipcamd.errors import IpcamdError, SettingRefused
from ipcamd.params.group import Rank

NO_STORE = ("Cache-Control", "no-store")
"""Field of an answer that must not be stored."""


def read_endpoint(
    path: str, rank: Rank, action: Action, arguments: Arguments, *answers: Answer, login: LoginPlace = LoginPlace.HEAD
) -> Endpoint:
    """Return an endpoint for GET; its action is cancelled when the caller disconnects."""
    return Endpoint(
        path,
        rank,
        action,
        changes=never,
        methods=("GET",),
        login=login,
        for_caller=True,
        arguments=arguments,
        answers=answers,
    )


def change_endpoint(path: str, rank: Rank, action: Action, arguments: Arguments, *answers: Answer) -> Endpoint:
    """Return an endpoint for POST that changes something."""
    return Endpoint(path, rank, action, methods=("POST",), arguments=arguments, answers=answers)


def json_reply(value: object) -> Reply:
    """Return a JSON answer that must not be stored."""
    return Reply(
        json.dumps(value, separators=(",", ":")).encode(), content_type="application/json", headers=(NO_STORE,)
    )


def describe_error(error: IpcamdError) -> str:
    """Return why a value is refused; without the parameter's name, because pages show it beside the field."""
    return error.reason if isinstance(error, SettingRefused) else str(error)
