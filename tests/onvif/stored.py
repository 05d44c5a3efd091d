"""Stored state of a camera: unchanged by refused requests."""

from tests.e2e.camera import Client

from ipcamd.params import GROUPS
from ipcamd.params.group import ValueOrigin

LIVE = {f"{group.name}.{each.name}" for group in GROUPS for each in group.params if each.origin is ValueOrigin.LIVE}


def stored(client: Client) -> list[str]:
    """Return all accounts, and all parameters except live ones."""
    lines = client.get("/cgi/admin/param.cgi", action="alllist").lines
    return [
        *client.get("/cgi/admin/pwdgrp.cgi", action="get").lines,
        *(line for line in lines if line.partition("=")[0] not in LIVE),
    ]
