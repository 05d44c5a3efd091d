"""``HttpMode`` of ``Network.Advanced.HTTPS`` (addition): plain HTTP besides HTTPS, and when it may be closed."""

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Param, Texts, Values
from ipcamd.params.kinds.choice import OneOf

HTTP_MODE = Param(
    "HttpMode",
    OneOf(("on", "redirect", "off"), ("served", "redirected to HTTPS", "no port is open")),
    "on",
    "Plain HTTP besides HTTPS (addition); redirect and off can be set only over HTTPS.",
    only_over_https=("redirect", "off"),
)
"""The parameter; a request over plain HTTP may not set values that would close plain HTTP."""


def refuse_http_mode_without_https(values: Values, sent: Texts) -> Texts:
    """Keep plain HTTP enabled while HTTPS is off, so that the camera is reachable. See `NormalizeRule`."""
    if values.flag("Enabled") or values["HttpMode"] == "on":
        return {}
    if "HttpMode" in sent:
        raise RequestFailed(f"HttpMode={values['HttpMode']}: it needs Enabled=yes")
    return {"HttpMode": "on"}
