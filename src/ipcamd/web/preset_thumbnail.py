"""Thumbnail of a preset: ``/web/preset?number=1``, a JPEG."""

import re

from ipcamd.cgi.answer import JPEG, NOT_FOUND
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.errors import HttpError
from ipcamd.params.group import Rank
from ipcamd.web.page_request import read_endpoint

_KEPT = (("Cache-Control", "private, max-age=86400"),)
"""Cached for long, because the page adds the thumbnail's tag of `/web/state` to the address."""


def preset(call: Call) -> Reply:
    """Answer with the picture taken when a preset was stored. Raises ``HttpError`` 404 without a thumbnail."""
    number = call.query.get("number") or ""
    picture = call.camera.ptz.thumbnails.picture(int(number)) if re.fullmatch("[1-8]", number) else None
    if picture is None:
        raise HttpError(404, "there is no such thumbnail")
    return Reply(picture, content_type="image/jpeg", headers=_KEPT)


ARGUMENTS = Arguments(Argument("number", "Number of the preset, 1 to 8."), undeclared=Undeclared.IGNORED)
ENDPOINTS = (read_endpoint("/web/preset", Rank.USERS, preset, ARGUMENTS, JPEG, NOT_FOUND),)
"""Endpoint of the thumbnails of presets."""
