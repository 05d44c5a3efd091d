"""Endpoint of a stream or picture: every account may read it, and nothing changes."""

from ipcamd.cgi.answer import Answer
from ipcamd.cgi.arguments import OTHERS_IGNORED, Arguments
from ipcamd.cgi.endpoint import Action, Endpoint, never
from ipcamd.params.group import Rank


def stream_endpoint(
    path: str, action: Action, *answers: Answer, aliases: tuple[str, ...] = (), arguments: Arguments = OTHERS_IGNORED
) -> Endpoint:
    """Return an endpoint for guests that changes nothing."""
    return Endpoint(path, Rank.GUEST, action, aliases, changes=never, arguments=arguments, answers=answers)
