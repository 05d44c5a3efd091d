"""Scopes: the camera's description in discovery (ONVIF Core, 7.3.2.2 and 8.3).

Name and location are those of ``System.Info``; ``Network.ONVIF.Scopes`` contains further ones.
"""

from collections.abc import Iterable
from urllib.parse import quote, unquote

from ipcamd.camera import Camera
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.fault import Fault, invalid_argument, prohibited, receiver_fault
from ipcamd.onvif.soap.writer import Content, node
from ipcamd.params.onvif import ONVIF, SCOPES_LIMIT
from ipcamd.params.system import INFO
from ipcamd.settings.change_records import Change

_ROOT = "onvif://www.onvif.org/"
_NAME, _LOCATION = f"{_ROOT}name/", f"{_ROOT}location/"


def fixed_scopes(camera: Camera) -> tuple[str, ...]:
    """Return the scopes that cannot change."""
    return (
        f"{_ROOT}type/video_encoder",
        f"{_ROOT}type/Network_Video_Transmitter",
        f"{_ROOT}hardware/{quote(camera.identity.model_number, safe='')}",
        f"{_ROOT}Profile/Streaming",
        f"{_ROOT}Profile/T",
    )


def configurable_scopes(camera: Camera) -> tuple[str, ...]:
    """Return the scopes that administrators may change."""
    info = camera.settings[INFO.name]
    places = (f"{_LOCATION}{quote(info['ServerLocation'], safe='')}",) if info["ServerLocation"] else ()
    return (f"{_NAME}{quote(info['ServerName'], safe='')}", *places, *camera.settings[ONVIF.name]["Scopes"].split())


def all_scopes(camera: Camera) -> tuple[str, ...]:
    """Return all scopes, the fixed ones first."""
    return (*fixed_scopes(camera), *configurable_scopes(camera))


def get_scopes(call: OperationCall) -> Content:
    """List the scopes."""
    fixed, configurable = fixed_scopes(call.camera), configurable_scopes(call.camera)
    pairs = [("Fixed", scope) for scope in fixed] + [("Configurable", scope) for scope in configurable]
    return [node("tds:Scopes", node("tt:ScopeDef", kind), node("tt:ScopeItem", scope)) for kind, scope in pairs]


async def set_scopes(call: OperationCall) -> None:
    """Replace the configurable scopes."""
    await _store(call, call["Scopes"])


async def add_scopes(call: OperationCall) -> None:
    """Add to the configurable scopes; a new name or location replaces the present one."""
    added = call["ScopeItem"]
    kept = [scope for scope in configurable_scopes(call.camera) if not _is_replaced(scope, added)]
    await _store(call, [*kept, *added])


async def remove_scopes(call: OperationCall) -> Content:
    """Remove some of the configurable scopes, and list the removed ones."""
    removed, configurable = call["ScopeItem"], configurable_scopes(call.camera)
    for scope in removed:
        if scope in fixed_scopes(call.camera):
            raise prohibited(f"{scope} cannot be removed", "FixedScope")
        if scope not in configurable:
            raise invalid_argument(f"{scope}: there is no such scope", "NoScope")
        if scope.startswith(_NAME):
            raise prohibited("a camera must have a name", "FixedScope")
    await _store(call, [scope for scope in configurable if scope not in removed])
    return [node("tds:ScopeItem", scope) for scope in removed]


async def _store(call: OperationCall, scopes: list[str]) -> None:
    """Store configurable scopes. Raises ``Fault``."""
    for scope in scopes:
        if scope in fixed_scopes(call.camera) or not scope.isascii() or len(scope.split()) != 1 or ":" not in scope:
            raise _refuse(scope)
    name, location = _last(scopes, _NAME), _last(scopes, _LOCATION)
    others = dict.fromkeys(scope for scope in scopes if not scope.startswith((_NAME, _LOCATION)))
    if len(" ".join(others)) > SCOPES_LIMIT:
        raise receiver_fault("Action", "TooManyScopes", reason=f"scopes: at most {SCOPES_LIMIT} characters in all")
    changes = [Change(ONVIF.name, "Scopes", " ".join(others)), Change(INFO.name, "ServerLocation", location or "")]
    if name:
        changes.append(Change(INFO.name, "ServerName", name))
    await call.update(*changes)


def _refuse(scope: str) -> Fault:
    if scope.startswith(_ROOT) and ":" in scope:
        return prohibited(f"{scope} is a fixed scope", "ScopeOverwrite")
    return invalid_argument("scopes are URIs without white space")


def _last(scopes: Iterable[str], prefix: str) -> str | None:
    """Return the last scope of a kind, decoded."""
    found = [scope.removeprefix(prefix) for scope in scopes if scope.startswith(prefix)]
    return unquote(found[-1]) if found else None


def _is_replaced(scope: str, added: list[str]) -> bool:
    return any(scope.startswith(prefix) and _last(added, prefix) is not None for prefix in (_NAME, _LOCATION))
