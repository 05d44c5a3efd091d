"""Requests made from ``/openapi.json``: each argument right and wrong; every answer is one that is described."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.e2e.camera import Answer, CameraProcess

from ipcamd.wire.upnp.description import PATH as DEVICE_DESCRIPTION

pytestmark = pytest.mark.slow

FORM = "application/x-www-form-urlencoded"
ENDING = {"/cgi/admin/restart.cgi", "/cgi/admin/factorydefault.cgi", "/cgi/admin/firmwareupgrade.cgi"}
"""They end the camera."""
Arguments = dict[str, object]


def example(schema: dict[str, Any]) -> object:
    """Return a value that a schema allows; "x" if it is incomplete."""
    if "anyOf" in schema:
        return example(schema["anyOf"][0])
    known = (schema.get("const"), schema.get("default"), schema.get("minimum"), *schema.get("enum", ()))
    return next((value for value in known if value is not None), "" if "pattern" in schema else "x")


def forms(operation: dict[str, Any]) -> Iterator[Arguments]:
    """Yield the arguments of requests: for each action none but those needed, then each other one, right and wrong."""
    listed = operation["parameters"]
    schemas = {each["name"]: each["schema"] for each in listed if each["name"] != "parameters"}
    for action in schemas.get("action", {}).get("enum", [None]):
        needed: Arguments = {} if action is None else {"action": action}
        yield needed
        yield needed | {"no-such-argument": "1"}
        for name, schema in schemas.items():
            if name != "action":
                yield needed | {name: example(schema)}
                yield needed | {name: "\N{SNOWMAN}" * 300}


def check(operation: dict[str, Any], answer: Answer, what: object) -> None:
    """Fail unless the description has this answer."""
    described = operation["responses"].get(str(answer.status))
    assert described is not None, (what, answer.status)
    if answer.body and "content" in described:
        assert answer.fields["Content-Type"] in described["content"], what


def test_every_answer_is_described(camera: CameraProcess) -> None:
    client, asked = camera.client, 0
    paths = json.loads(client.get("/openapi.json").body)["paths"]
    for path, item in paths.items():
        main = item.get("get") or item["post"]
        if path in ENDING or main.get("x-endless"):
            continue
        for method in (name for name in ("get", "post") if name in item):
            for arguments in islice(forms(main), None if method == "get" else 2):
                text = urlencode(arguments)
                answer = (
                    client.ask("GET", f"{path}?{text}")
                    if method == "get"
                    else client.ask("POST", path, text.encode(), Content_Type=FORM)
                )
                check(item[method], answer, (method, path, arguments))
                asked += 1
        # cameras of tests announce nothing
        assert client.ask("PUT", path).status == (404 if path == DEVICE_DESCRIPTION else 405)
    assert asked > 500
