"""Scope of a search: whether it includes the camera's recording (ONVIF Recording Search, 4.2.4)."""

import re
from collections.abc import Collection

from ipcamd.onvif.media import tokens
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, invalid_argument
from ipcamd.onvif.soap.values import token

_TRACK = re.compile(r"""boolean\(//Track\[TrackType\s*=\s*["'](Video|Audio|Metadata)["']\]\)""")


def includes_recording(scope: Element, track_types: Collection[str]) -> bool:
    """Return whether a scope includes the recording with these track types. Raises ``Fault``."""
    sources = [each.value(token, "Token") for each in scope.all("IncludedSources")]
    recordings = [each.read(token) for each in scope.all("IncludedRecordings")]
    if wrong := set(recordings) - {tokens.RECORDING}:
        raise _refuse("InvalidToken", min(wrong))
    if wrong := set(sources) - {tokens.VIDEO_SOURCE}:
        raise _refuse("InvalidSource", min(wrong))
    expression = scope.find("RecordingInformationFilter")
    return expression is None or _has_tracks(expression.text, track_types)


def _has_tracks(expression: str, track_types: Collection[str]) -> bool:
    """Evaluate a filter of track types. Raises ``Fault`` for another filter."""
    found = [_TRACK.fullmatch(part.strip()) for part in re.split(r"\sand\s", expression[:4096])]
    types = [match[1] for match in found if match]
    if len(types) < len(found):
        raise _refuse("InvalidFilterFault", 'allowed is boolean(//Track[TrackType = "Video"]), joined by "and"')
    return all(each in track_types for each in types)


def _refuse(code: str, reason: str) -> Fault:
    return invalid_argument(reason[:200], code)
