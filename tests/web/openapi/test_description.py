"""``/openapi.json``: valid, complete, and equal to the camera's tables."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.admin import date
from ipcamd.cgi.answer import TEXT
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call, Endpoint, LoginPlace, Reply, never
from ipcamd.params import GROUPS
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.number import Integer
from ipcamd.web.endpoints import load_endpoints
from ipcamd.web.openapi.document import describe
from ipcamd.web.openapi.openapi import PATH

ENDPOINTS = load_endpoints()
HERE = next(endpoint for endpoint in ENDPOINTS if endpoint.path == PATH)
COMMON = {"400", "401", "403", "408", "413", "414", "429", "431", "503"}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return describe(ENDPOINTS)


@pytest.mark.slow
def test_it_is_valid(description: dict[str, Any]) -> None:
    validate(description)


def test_it_has_every_endpoint_and_every_parameter(description: dict[str, Any]) -> None:
    assert list(description["paths"]) == [endpoint.path for endpoint in ENDPOINTS]
    schemas = description["components"]["schemas"]
    for group in GROUPS:
        assert list(schemas[group.name]["properties"]) == [param.name for param in group.params]


def test_each_operation_has_a_tag_that_is_explained(description: dict[str, Any]) -> None:
    known = {tag["name"] for tag in description["tags"]}
    operations = [
        item[method] for item in description["paths"].values() for method in ("get", "post") if method in item
    ]
    assert {name for operation in operations for name in operation["tags"]} == known
    assert all(operation["summary"].endswith((".", ")", "``")) for operation in operations)


def test_a_request_is_described_as_it_is_checked(description: dict[str, Any]) -> None:
    operations = description["paths"][date.ENDPOINT.path]
    parameters = {parameter["name"]: parameter for parameter in operations["get"]["parameters"]}
    assert list(parameters) == [argument.name for argument in date.ARGUMENTS]
    assert parameters["action"]["required"]
    assert parameters["month"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 12}
    assert parameters["month"]["x-actions"] == ["set"]
    assert operations["get"]["x-rank"] == "admin"
    assert operations["get"]["x-changes"] == ["set"]
    assert set(operations["get"]["responses"]) == {"200", *COMMON}
    get, set_ = operations["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["oneOf"]
    assert (list(get["properties"]), get["additionalProperties"]) == (["action"], False)
    assert (set_["properties"]["action"], len(set_["properties"])) == ({"const": "set"}, 8)


async def say(call: Call) -> Reply:
    """Say something. Raises ``HttpError``."""
    return Reply()


def test_an_endpoint_of_another_kind() -> None:
    arguments = Arguments(
        Argument("key", "Key.", is_secret=True),
        Argument("n", "Number.", Integer(0, 8, 2), default="4"),
        Argument("way", "Way.", OneOf(("in", "out"))),
        undeclared=Undeclared.IGNORED,
    )
    say.__module__ = "ipcamd.cgi.admin.say"
    endpoint = Endpoint(
        "/say",
        Rank.USERS,
        say,
        ("/tell",),
        changes=never,
        login=LoginPlace.NONE,
        arguments=arguments,
        answers=(TEXT,),
    )
    item = describe([endpoint])["paths"]["/say"]
    assert item["x-aliases"] == ["/tell"]
    assert [p["name"] for p in item["get"]["parameters"]] == ["n", "way"]
    assert item["get"]["parameters"][0]["schema"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 8,
        "multipleOf": 2,
        "default": 4,
    }
    form = item["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert list(form["properties"]) == ["key", "n", "way"]
    assert item["get"]["security"] == []
    assert "401" not in item["get"]["responses"]
    assert (item["get"]["summary"], item["get"]["x-changes"]) == ("Say something.", False)


def test_secrets_and_read_only_parameters_are_marked(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    assert schemas["Event.Server.FTP"]["properties"]["Password"]["writeOnly"]
    assert "default" not in schemas["Event.Server.FTP"]["properties"]["Password"]
    assert schemas["Hardware"]["properties"]["PT"]["readOnly"]
    assert schemas["System"]["properties"]["HTTPPort"]["maximum"] == 65535


async def test_it_is_compressed_and_not_sent_twice(tmp_path: Path) -> None:
    rig = CameraRig(tmp_path / "state")
    plain = await rig.ask(HERE)
    packed = await rig.ask(HERE, **{"accept-encoding": "gzip, br"})
    assert json.loads(gzip.decompress(packed.body)) == json.loads(plain.body) == describe(ENDPOINTS)
    assert ("Content-Encoding", "gzip") in packed.headers
    assert len(packed.body) < 40_000
    again = await rig.ask(HERE, **{"if-none-match": dict(plain.headers)["ETag"]})
    assert (again.status, again.body) == (304, b"")
    await rig.close()
