"""``Event.Server.*`` (SDK 10.16 to 10.21): what an event makes, and where it goes."""

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Group, Origin, Param, Rank, Texts, Values
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.network import EMAIL_OR_NOTHING, HOST_OR_NOTHING
from ipcamd.params.kinds.number import PORT, Integer
from ipcamd.params.kinds.text import PATH, SHARE, Text


def _param(name: str, kind: ValueKind, default: str, help: str, unit: str = "") -> Param:
    return Param(name, kind, default, help, unit=unit)


def _login(server: str) -> tuple[Param, Param]:
    return (
        _param("UserName", Text(64), "", f"User name at the {server}."),
        Param("Password", Text(128), "", f"Password at the {server}.", secret=True),
    )


def _certificate(server: str) -> Param:
    kind = OneOf(("verify", "any"), ("it must be valid, and for that host", "a self-made one too"))
    return _param("Certificate", kind, "verify", f"What certificate the {server} may show when TLS is spoken.")


_ENCODINGS = {"AVI": ("H264", "MPEG4"), "JPEG": ("JPEG",)}


def _encoded(values: Values, sent: Texts) -> Texts:
    """FileFormat decides which EncodeFormat there may be (SDK 10.16)."""
    possible = _ENCODINGS[values["FileFormat"]]
    if values["EncodeFormat"] in possible:
        return {}
    if "EncodeFormat" in sent:
        allowed = f"allowed: {', '.join(possible)} with FileFormat={values['FileFormat']}"
        raise RequestFailed(f"EncodeFormat={sent['EncodeFormat']}: {allowed}")
    return {"EncodeFormat": possible[0]}


GENERAL = Group(
    "Event.Server.General",
    "10.16",
    (
        _param("FileFormat", OneOf(tuple(_ENCODINGS)), "AVI", "A film, or single pictures."),
        _param(
            "EncodeFormat", OneOf(("H264", "MPEG4", "JPEG")), "H264", "Encoding; FileFormat says which are possible."
        ),
        _param("PreEvent", Integer(0, 5), "2", "How long before the event a film begins.", "s"),
        _param("PostEvent", Integer(0, 5), "5", "How long after the event a film ends.", "s"),
        _param("SpoolItems", Integer(1, 100_000), "1000", "How many files may wait to be delivered; the oldest go."),
        _param("SpoolSize", Integer(1, 1_000_000), "500", "How much may wait to be delivered.", "MB"),
    ),
    normalize=_encoded,
)

SMTP = Group(
    "Event.Server.SMTP",
    "10.17",
    (
        _param("Enable", YES_NO, "no", "Send events by mail."),
        _param("FromEmail", EMAIL_OR_NOTHING, "", "Sender's address."),
        _param("MailServer1", HOST_OR_NOTHING, "", "The mail server."),
        _param("Smtpport", PORT, "587", "The mail server's TCP port."),
        _param("SSL", YES_NO, "no", "Speak TLS from the first byte on; no: upgrade if the server offers it."),
        _param("EmailTo", EMAIL_OR_NOTHING, "", "First recipient's address."),
        _param("EmailTo2", EMAIL_OR_NOTHING, "", "Second recipient's address."),
        _param(
            "AttachSize", Integer(0, 100), "10", "How much is attached to a mail; of a larger film a picture is.", "MB"
        ),
        _certificate("mail server"),
    ),
)

AUTHENTICATION = Group(
    "Event.Server.Authentication",
    "10.18",
    (
        _param("Enabled", YES_NO, "no", "Log in at the mail server."),
        *_login("mail server"),
        _param("WeakestMethod", OneOf(("Login",)), "Login", "The weakest way to log in that is acceptable."),
    ),
    aliases=("Event.Server.SMTP.Authentication",),
)

FTP = Group(
    "Event.Server.FTP",
    "10.19",
    (
        _param("Enable", YES_NO, "no", "Send events by FTP."),
        _param("FTPServer", HOST_OR_NOTHING, "", "The FTP server."),
        _param("Port", PORT, "21", "The FTP server's TCP port."),
        *_login("FTP server"),
        _param("Path", PATH, "", "Directory at the FTP server."),
        _param("Passive", YES_NO, "yes", "The camera opens the data connections; no: the server does."),
        _param("TLS", YES_NO, "no", "Speak TLS with the FTP server (AUTH TLS)."),
        _certificate("FTP server"),
    ),
)

NETSTORAGE = Group(
    "Event.Server.NetStorage",
    "10.20",
    (
        _param("Enable", YES_NO, "no", "Send events to a Samba share."),
        _param("SambaServer", HOST_OR_NOTHING, "", "The Samba server."),
        _param("Share", SHARE, "", "The share."),
        _param("Path", PATH, "", "Directory in the share."),
        *_login("Samba server"),
        _param("Port", PORT, "445", "The Samba server's TCP port."),
    ),
)


def _card(name: str, kind: ValueKind, default: str, help: str, unit: str = "") -> Param:
    return Param(name, kind, default, help, unit=unit, get=Rank.USERS, set=None, origin=Origin.LIVE)


_DIGITS = Integer(0, 2**31 - 1)

STORAGE = Group(
    "Event.Server.External.Storage",
    "10.21",
    (
        _card("Mount", YES_NO, "no", "The SD card is there and usable."),
        _card("TotalSpace", _DIGITS, "0", "Its size.", "MB"),
        _card("FreeSpace", _DIGITS, "0", "What is free of it.", "MB"),
        Param(
            "DiskFull",
            OneOf(("stop", "recycle"), ("stop recording", "delete the oldest recordings")),
            "recycle",
            "What to do when it is full.",
            get=Rank.USERS,
            needs="SDCard",
        ),
    ),
)
