"""Media profiles: a fixed one for each stream, and those that clients create, which survive a restart."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field, replace
from enum import Enum
from functools import lru_cache

from ipcamd.camera import Camera
from ipcamd.dataclass import dataclass
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.video_encoder import enabled_encoders, video_encoders
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.fault import invalid_argument, no_configuration, receiver_fault, sender_fault
from ipcamd.params.onvif import ONVIF_PROFILES

PROFILES_LIMIT = 32
"""Maximum number of profiles, including the fixed ones."""
TOKEN = "[A-Za-z0-9._-]{1,64}"
"""Form of a profile's token, which is part of the stream's path, where case is ignored."""
NAME_LIMIT = 64
"""Maximum number of characters of a name (``tt:Name``)."""


class Part(Enum):
    """Kind of configuration in a profile; the value is its name in Media2."""

    VIDEO_SOURCE = "VideoSource"
    VIDEO_ENCODER = "VideoEncoder"
    AUDIO_SOURCE = "AudioSource"
    AUDIO_ENCODER = "AudioEncoder"
    AUDIO_OUTPUT = "AudioOutput"
    AUDIO_DECODER = "AudioDecoder"
    PTZ = "PTZ"
    METADATA = "Metadata"


@dataclass(frozen=True, slots=True)
class MediaProfile:
    """One profile."""

    token: str
    name: str
    is_fixed: bool
    parts: Mapping[Part, str] = field(default_factory=dict)
    """Kind of configuration to the token of the profile's configuration."""


RequestedParts = Iterable[tuple[Part, str | None]]
"""Kinds of configurations that a request names, and their tokens; None: the first one of the kind."""


def available_parts(camera: Camera) -> dict[Part, tuple[str, ...]]:
    """Return the configurations that exist now, by kind."""
    encoders = tuple(encoder.token for encoder in enabled_encoders(camera))
    parts = {Part.VIDEO_SOURCE: (tokens.VIDEO_SOURCE_CONFIGURATION,), Part.VIDEO_ENCODER: encoders}
    if camera.pipeline.has_audio:
        parts[Part.AUDIO_SOURCE] = (tokens.AUDIO_SOURCE_CONFIGURATION,)
        parts[Part.AUDIO_ENCODER] = (tokens.AUDIO_ENCODER_CONFIGURATION,)
    if camera.speaker:
        parts[Part.AUDIO_OUTPUT] = (tokens.AUDIO_OUTPUT_CONFIGURATION,)
        parts[Part.AUDIO_DECODER] = (tokens.AUDIO_DECODER_CONFIGURATION,)
    if camera.ptz.is_supported:
        parts[Part.PTZ] = (tokens.PTZ_CONFIGURATION,)
    parts[Part.METADATA] = (tokens.METADATA_CONFIGURATION,)
    return parts


def all_profiles(camera: Camera) -> Mapping[str, MediaProfile]:
    """Return the profiles by token, fixed ones and the preferred one first.

    Parts that do not exist now, such as those of a disabled microphone, are omitted.
    """
    available = tuple(available_parts(camera).items())
    return _profiles(camera.settings[ONVIF_PROFILES.name]["Profiles"], available)


def count_uses(camera: Camera, part: Part, token: str) -> int:
    """Return the number of profiles with a configuration."""
    available = tuple(available_parts(camera).items())
    return _uses(camera.settings[ONVIF_PROFILES.name]["Profiles"], available)[part, token]


Available = tuple[tuple[Part, tuple[str, ...]], ...]
"""Existing configurations by kind."""


@lru_cache(2)
def _profiles(stored: str, available: Available) -> Mapping[str, MediaProfile]:
    """Return the profiles by token. Cached until a change, because listings need them for each configuration."""
    parts = dict(available)
    profiles = [*_fixed(parts), *_read(stored)]
    return {profile.token: replace(profile, parts=_kept(profile.parts, parts)) for profile in profiles}


@lru_cache(2)
def _uses(stored: str, available: Available) -> Counter[tuple[Part, str]]:
    profiles = _profiles(stored, available).values()
    return Counter(use for profile in profiles for use in profile.parts.items())


def find_profile(camera: Camera, token: str) -> MediaProfile:
    """Return one profile. Raises ``Fault`` ``NoProfile``."""
    profile = all_profiles(camera).get(token)
    if profile is None:
        raise invalid_argument(f"{token}: there is no such profile", "NoProfile")
    return profile


async def create_profile(call: OperationCall, name: str, token: str | None, parts: RequestedParts = ()) -> str:
    """Create a profile, and return its token. Raises ``Fault`` and ``StoreError``."""
    profiles = all_profiles(call.camera)
    checked = _check_parts(call.camera, parts)
    if len(profiles) >= PROFILES_LIMIT:
        raise receiver_fault("Action", "MaxNVTProfiles", reason=f"there can be {PROFILES_LIMIT} profiles")
    if token and token.lower() in {each.lower() for each in profiles}:
        raise invalid_argument(f"{token}: a profile with this token exists already", "ProfileExists")
    if token and not re.fullmatch(TOKEN, token):
        raise invalid_argument("Token: allowed are 1 to 64 of letters, digits, '.', '_' and '-'")
    _check_name(name)
    free = (f"profile{number}" for number in range(1, PROFILES_LIMIT + 1))
    token = token or next(each for each in free if each not in profiles)
    await _store(call, [*_created(call.camera), MediaProfile(token, name, False, checked)])
    return token


async def delete_profile(call: OperationCall, token: str) -> None:
    """Delete a profile that a client created. Raises ``Fault`` and ``StoreError``."""
    deleted = _client_profile(call.camera, token, "DeletionOfFixedProfile")
    await _store(call, [profile for profile in _created(call.camera) if profile != deleted])


async def add_parts(call: OperationCall, token: str, added: RequestedParts, name: str | None = None) -> None:
    """Add or replace configurations of a client's profile, and optionally set its name. Raises as `delete_profile`."""
    find_profile(call.camera, token)  # NoProfile is the first fault
    checked = _check_parts(call.camera, added)
    if name:
        _check_name(name)
    profile = _client_profile(call.camera, token, "ConfigurationConflict")
    await _replace(call, replace(profile, parts={**profile.parts, **checked}, name=name or profile.name))


async def remove_parts(call: OperationCall, token: str, removed: Collection[Part]) -> None:
    """Remove configurations of these kinds from a client's profile. Raises as `delete_profile`."""
    profile = _client_profile(call.camera, token, "ConfigurationConflict")
    await _replace(call, replace(profile, parts={k: v for k, v in profile.parts.items() if k not in removed}))


def check_part(camera: Camera, part: Part, token: str | None) -> str:
    """Return the token of a configuration; by default the first one of its kind. Raises ``Fault`` ``NoConfig``."""
    available = available_parts(camera).get(part, ())
    if token is None and available:
        return available[0]
    if token is None or token not in available:
        raise no_configuration(token or part.value)
    return token


def _check_parts(camera: Camera, parts: RequestedParts) -> dict[Part, str]:
    return {part: check_part(camera, part, token) for part, token in parts}


def _check_name(name: str) -> None:
    if not 0 < len(name) <= NAME_LIMIT:
        raise invalid_argument(f"Name: allowed are 1 to {NAME_LIMIT} characters")


def _client_profile(camera: Camera, token: str, code: str) -> MediaProfile:
    """Return a client's profile as it is stored, also with configurations that do not exist now. Raises ``Fault`` with
    the subcode `code` for a fixed profile, and ``NoProfile``."""
    if find_profile(camera, token).is_fixed:
        reason = f"{token} is a fixed profile; CreateProfile makes one that can change"
        raise sender_fault("Action", code, reason=reason)
    return next(profile for profile in _created(camera) if profile.token == token)


def _fixed(available: Mapping[Part, tuple[str, ...]]) -> list[MediaProfile]:
    """Return one profile per stream, with all parts of the camera."""
    others = {part: names[0] for part, names in available.items()}
    return [
        MediaProfile(encoder.token, encoder.title, True, {**others, Part.VIDEO_ENCODER: encoder.token})
        for encoder in video_encoders()
        if encoder.token in available[Part.VIDEO_ENCODER]
    ]


def _created(camera: Camera) -> list[MediaProfile]:
    return _read(camera.settings[ONVIF_PROFILES.name]["Profiles"])


def _read(stored: str) -> list[MediaProfile]:
    return [
        MediaProfile(token, name, False, {Part(kind): part for kind, part in parts.items()})
        for token, name, parts in json.loads(stored)
    ]


def _kept(parts: Mapping[Part, str], available: Mapping[Part, tuple[str, ...]]) -> dict[Part, str]:
    return {part: token for part, token in parts.items() if token in available.get(part, ())}


async def _replace(call: OperationCall, changed: MediaProfile) -> None:
    await _store(call, [changed if each.token == changed.token else each for each in _created(call.camera)])


async def _store(call: OperationCall, profiles: list[MediaProfile]) -> None:
    rows = [(each.token, each.name, {part.value: token for part, token in each.parts.items()}) for each in profiles]
    await call.update_group(ONVIF_PROFILES.name, {"Profiles": json.dumps(rows, ensure_ascii=True)})
