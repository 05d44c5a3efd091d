"""Page request: declares the endpoints that pages read from, and formats their answers."""

import json

from ipcamd.cgi.answer import Answer
from ipcamd.cgi.arguments import Arguments
from ipcamd.cgi.endpoint import Action, Endpoint, Reply, never
from ipcamd.params.group import Rank

_FRESH = (("Cache-Control", "no-store"),)


def read_endpoint(path: str, rank: Rank, action: Action, arguments: Arguments, *answers: Answer) -> Endpoint:
    """Return an endpoint that is read by GET; its action is cancelled when the caller is gone."""
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
    """Return an answer that nobody stores: what JSON can express."""
    return Reply(json.dumps(value, separators=(",", ":")).encode(), content_type="application/json", headers=_FRESH)
