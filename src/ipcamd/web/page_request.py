"""Page request: declares endpoints for pages, and formats their answers."""

import json

from ipcamd.cgi.answer import Answer
from ipcamd.cgi.arguments import Arguments
from ipcamd.cgi.endpoint import Action, Endpoint, Reply, never
from ipcamd.params.group import Rank

_FRESH = (("Cache-Control", "no-store"),)


def read_endpoint(path: str, rank: Rank, action: Action, arguments: Arguments, *answers: Answer) -> Endpoint:
    """Return an endpoint for GET; its action is cancelled when the caller disconnects."""
    return Endpoint(
        path,
        rank,
        action,
        changes=never,
        methods=("GET",),
        for_caller=True,
        arguments=arguments,
        answers=answers,
    )


def json_reply(value: object) -> Reply:
    """Return a JSON answer that must not be stored."""
    return Reply(json.dumps(value, separators=(",", ":")).encode(), content_type="application/json", headers=_FRESH)
