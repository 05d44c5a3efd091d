"""File format of recordings, ``FileFormat``: the values of ``EncodeFormat`` that it allows (SDK 10.16)."""

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Texts, Values

ENCODINGS = {"AVI": ("H264", "MPEG4"), "JPEG": ("JPEG",), "MP4": ("H264", "H265")}
"""Values of EncodeFormat that each FileFormat allows."""


def choose_encoding(values: Values, sent: Texts) -> Texts:
    """Return the EncodeFormat that FileFormat requires, if another is set; the rule of a group (see `Group`).

    Raises ``RequestFailed`` if one was sent that FileFormat does not allow.
    """
    possible = ENCODINGS[values["FileFormat"]]
    if values["EncodeFormat"] in possible:
        return {}
    if "EncodeFormat" in sent:
        allowed = f"allowed: {', '.join(possible)} with FileFormat={values['FileFormat']}"
        raise RequestFailed(f"EncodeFormat={sent['EncodeFormat']}: {allowed}")
    return {"EncodeFormat": possible[0]}
