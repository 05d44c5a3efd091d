"""Stream and snapshot addresses of a profile, and the tracks of its stream."""

from ipcamd.camera import Camera
from ipcamd.onvif.camera_url import http_url, rtsp_url
from ipcamd.onvif.media.profiles import MediaProfile, Part, all_profiles
from ipcamd.onvif.media.video_encoder import find_encoder
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.fault import Fault, sender_fault

PATH = "onvif/"
"""RTSP path of a profile's stream, before the token. The address remains valid when the profile changes."""


def profile_tracks(camera: Camera, token: str) -> tuple[str, ...]:
    """Return the tracks of the profile with this token, ignoring case: the RTSP path of its video, ``audio`` and
    ``metadata``; none if it does not exist or is incomplete."""
    profiles = {profile.token.lower(): profile for profile in all_profiles(camera).values()}
    profile = profiles.get(token.lower())
    if profile is None or not _has_stream(profile):
        return ()
    encoder = profile.parts.get(Part.VIDEO_ENCODER)
    video = (find_encoder(encoder).path,) if encoder else ()
    others = {Part.AUDIO_ENCODER: "audio", Part.METADATA: "metadata"}
    return (*video, *(track for part, track in others.items() if part in profile.parts))


def stream_uri(call: OperationCall, profile: MediaProfile, is_tunneled: bool) -> str:
    """Return the address of a profile's stream. Raises ``Fault`` ``IncompleteConfiguration``."""
    if not _has_stream(profile):
        raise _incomplete(profile, "needs a source and its encoder")
    path = f"{PATH}{profile.token}"
    return f"{http_url(call.http)}/{path}" if is_tunneled else rtsp_url(call.http, path)


def snapshot_uri(call: OperationCall, profile: MediaProfile) -> str:
    """Return the address of a picture. Raises ``Fault`` ``IncompleteConfiguration``."""
    if Part.VIDEO_SOURCE not in profile.parts:
        raise _incomplete(profile, "has no video source")
    return f"{http_url(call.http)}/cgi/jpg/image.cgi"


def _incomplete(profile: MediaProfile, problem: str) -> Fault:
    return sender_fault("Action", "IncompleteConfiguration", reason=f"{profile.token}: the profile {problem}")


def _has_stream(profile: MediaProfile) -> bool:
    pairs = ((Part.VIDEO_SOURCE, Part.VIDEO_ENCODER), (Part.AUDIO_SOURCE, Part.AUDIO_ENCODER))
    return Part.METADATA in profile.parts or any(
        source in profile.parts and encoder in profile.parts for source, encoder in pairs
    )
