"""Tables of ``docs/conformance-onvif.md``: operations from the camera's own tables, official cases from the tests."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from ipcamd.onvif.events.service import EventService
from ipcamd.onvif.operation import Operation
from ipcamd.onvif.services import build_services

TESTS = Path(__file__).parents[1] / "tests"
PROFILES = (
    (r"tds:(GetServices|GetDeviceInformation|GetSystemDateAndTime|SystemReboot)|\w+:GetServiceCapabilities", "S T G"),
    (r"tds:\w*(Scopes|DiscoveryMode)", "S T G"),
    (r"tds:(SetSystem\w+|\w+Users?)", "S T"),
    (r"tds:[GS]et(Hostname|DNS|NetworkInterfaces|NetworkProtocols|NetworkDefaultGateway)", "S T"),
    (r"tds:[GS]etNTP", "(S) (T)"),
    (r"tds:(\w*DynamicDNS|\w*IPAddressFilter|\w*ZeroConfiguration|\w*Relay\w+)|tptz:SendAux\w+", "(S)"),
    (r"tds:SendAuxiliaryCommand|tmd:\w*(Relay|DigitalInput|Audio)\w+", "(T)"),
    (r"tds:(GetCapabilities|GetWsdlUrl)", "S"),
    (r"tmd:GetVideoSources|timg:\w*(Settings|Options)", "T"),
    (r"trt:\w*(Audio|Multicast|PTZ)\w*", "(S)"),
    (r"trt:(GetSnapshotUri|\w+OSDs?|GetOSDOptions)", ""),
    (r"trt:\w+", "S"),
    (r"tr2:\w*(Audio|Multicast)\w*", "(T)"),
    (r"tr2:\w+", "T"),
    (r"tev:\w+|wsnt:Unsubscribe", "S T G"),
    (r"wsnt:Renew", "S G"),
    (r"wsnt:Subscribe", "S"),
    (r"timg:\w+", "(T)"),
    (r"tptz:\w+", "(S) (T)"),
    (r"(trp|tse):\w+|trc:Get\w+", "G"),
)
"""Operations to the profiles that ask for them; in brackets: of devices with the feature (Profiles Conformance)."""
_CASE = re.compile(r"official\(\s*\"([A-Z0-9_-]+)\"((?:,\s*\"\w+:\w+\")*)")
_NO_PART = cast("Any", None)


def operation_rows() -> Iterator[tuple[str, ...]]:
    """Yield operation, access class, least rank, profiles, official cases."""
    cases = defaultdict(list)
    for case, names, _ in _cases():
        for name in names:
            cases[name].append(case)
    for name, operation in _operations().items():
        access = operation.access
        rank = access.rank.name.lower() if access.rank else "anybody"
        yield f"`{name}`", access.name, rank, _profiles(name), ", ".join(sorted(cases[name]))


def case_rows() -> Iterator[tuple[str, ...]]:
    """Yield official case, operations under test, file."""
    for case, names, file in sorted(_cases()):
        yield case, ", ".join(f"`{name}`" for name in names), f"`{file}`"


def _operations() -> dict[str, Operation]:
    services = build_services(EventService(_NO_PART, _NO_PART), _NO_PART, has_card=True)
    return {f"{each.prefix}:{name}": operation for each in services for name, operation in each.operations.items()}


def _profiles(name: str) -> str:
    return next((profiles for pattern, profiles in PROFILES if re.fullmatch(pattern, name)), "")


def _cases() -> Iterator[tuple[str, list[str], str]]:
    for path in sorted((TESTS / "e2e/onvif").glob("test_*.py")):
        for match in _CASE.finditer(path.read_text(encoding="utf-8")):
            yield match[1], re.findall(r"\w+:\w+", match[2]), str(path.relative_to(TESTS))
