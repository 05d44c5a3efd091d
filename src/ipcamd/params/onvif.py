"""``Network.ONVIF`` (addition): the ONVIF services."""

from ipcamd.params.group import Group, Param
from ipcamd.params.kinds.choice import YES_NO
from ipcamd.params.kinds.number import Integer
from ipcamd.params.kinds.text import Matching, Text

SCOPES_LIMIT = 1024
"""Maximum number of characters of the further scopes."""

_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

ONVIF = Group(
    "Network.ONVIF",
    "",
    (
        Param("Enabled", YES_NO, "yes", "ONVIF services for recorders and viewers."),
        Param("Discovery", YES_NO, "yes", "Announce the camera to ONVIF clients (WS-Discovery)."),
        Param("WsseWindow", Integer(5, 3600), "300", "Maximum deviation of an ONVIF client's clock.", "s"),
        Param(
            "Hostname",
            Matching(f"{_LABEL}([.]{_LABEL})*", "letters, digits and hyphens, and dots between labels", 63),
            "camera",
            "Host name reported to ONVIF clients; by default the Bonjour name.",
        ),
        Param("Scopes", Text(SCOPES_LIMIT), "", "Further scopes of ONVIF discovery, separated by blanks."),
    ),
)

ONVIF_PROFILES = Group(
    "Network.ONVIF.Media",
    "",
    (
        Param("Profiles", Text(65536), "[]", "Media profiles that ONVIF clients have created, as JSON."),
        Param("Names", Text(4096), "{}", "Names that ONVIF clients have given to configurations, as JSON."),
    ),
)
"""Set only by ONVIF's media services."""

ONVIF_METADATA = Group(
    "Network.ONVIF.Metadata",
    "",
    (
        Param("Events", YES_NO, "yes", "Events are in the metadata track."),
        Param("Filter", Text(16384), "[]", "Filter of these events, as JSON: name, dialect and text of each part."),
    ),
)
"""Set only by ONVIF's media services."""
