"""OpenAPI document: the whole description (OpenAPI 3.1)."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from ipcamd.cgi.endpoint import Endpoint
from ipcamd.params import GROUPS
from ipcamd.params.group import Group
from ipcamd.params.motion import MOTION
from ipcamd.web.openapi.operations import COMMON, FILES, TAGS, UPDATE, path_item
from ipcamd.web.openapi.schemas import STRING, Schema, group_schema

INTRODUCTION = """All requests of the camera. Paths and names of arguments are matched without regard to case. \
A GET and a POST of a form mean the same; HEAD is answered wherever GET is. A request that cannot be carried out is \
answered with status 200 and `Request failed: ...`, which names the argument and what is allowed; nothing changes then.

`x-rank` is the least rank of the account (guest, users, admin), `x-changes` tells whether requests change something, \
or with which actions, `x-actions` which actions take an argument, `x-aliases` other paths of the same.
"""
"""Description of the interface as a whole (``info.description``)."""


def describe(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the description of these endpoints and of all parameters."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "ipcamd", "version": version("ipcamd"), "description": INTRODUCTION},
        "servers": [{"url": "./"}],
        "security": [{"digest": []}, {"basic": []}],
        "tags": [{"name": name, "description": text} for name, text in (*TAGS.values(), FILES)],
        "paths": {endpoint.path: path_item(endpoint) for endpoint in endpoints},
        "components": {
            "securitySchemes": {
                "digest": {"type": "http", "scheme": "digest", "description": "RFC 7616: MD5 and SHA-256, qop=auth."},
                "basic": {"type": "http", "scheme": "basic", "description": "RFC 7617."},
            },
            "responses": {str(status): _response(text) for status, text in COMMON.items()},
            "schemas": {
                **{group.name: group_schema(group) for group in (*GROUPS, MOTION)},
                UPDATE: {"oneOf": [_update(group) for group in GROUPS]},
            },
        },
    }


def _response(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"text/plain": {"schema": STRING}}}


def _update(group: Group) -> Schema:
    """Return the schema of the form that updates a group."""
    names = {"action": {"const": "update"}, "group": {"const": group.name}}
    form = {"type": "object", "properties": names, "required": list(names)}
    return {"title": group.name, "allOf": [form, {"$ref": f"#/components/schemas/{group.name}"}]}
