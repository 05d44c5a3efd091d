"""``Event.Server.*`` (SDK 10.16 to 10.21): recordings of events, and the servers that receive them."""

from ipcamd.params.event.file_format import ENCODINGS, choose_encoding
from ipcamd.params.event.server_params import server_address, server_certificate, server_login
from ipcamd.params.group import Group, Param, Rank, live_param
from ipcamd.params.kinds.addresses import EMAIL_OR_NOTHING, HOST_OR_NOTHING
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.params.kinds.number import PORT, Integer
from ipcamd.params.kinds.text import PATH, SHARE

GENERAL = Group(
    "Event.Server.General",
    "10.16",
    (
        Param(
            "FileFormat",
            OneOf(tuple(ENCODINGS)),
            "AVI",
            "Format of recordings: AVI, MP4 (not in the SDK; plays in browsers), or single pictures of events.",
        ),
        Param(
            "EncodeFormat",
            OneOf(("H264", "MPEG4", "JPEG", "H265")),
            "H264",
            "Codec; FileFormat determines the allowed ones. H265 requires Image.H265.Enabled; otherwise H264 is used.",
        ),
        Param("PreEvent", Integer(0, 5), "2", "Recording before the event.", "s"),
        Param("PostEvent", Integer(0, 5), "5", "Recording after the event.", "s"),
        Param(
            "SpoolItems",
            Integer(1, 100_000),
            "1000",
            "Maximum number of files in the delivery queue; the oldest are dropped.",
        ),
        Param("SpoolSize", Integer(1, 1_000_000), "500", "Size limit of the delivery queue.", "MB"),
    ),
    normalize=choose_encoding,
)

SMTP = Group(
    "Event.Server.SMTP",
    "10.17",
    (
        Param("Enable", YES_NO, "no", "Send events by mail."),
        Param("FromEmail", EMAIL_OR_NOTHING, "", "Address of the sender."),
        *server_address("mail server", "MailServer1", "Smtpport", "587"),
        Param("SSL", YES_NO, "no", "Implicit TLS; no: STARTTLS if the server offers it."),
        *(
            Param(name, EMAIL_OR_NOTHING, "", f"Address of the {which} recipient.")
            for name, which in (("EmailTo", "first"), ("EmailTo2", "second"))
        ),
        Param(
            "AttachSize",
            Integer(0, 100),
            "10",
            "Maximum size of an attachment; for a larger clip, one picture is attached.",
            "MB",
        ),
        server_certificate("mail server"),
    ),
)

AUTHENTICATION = Group(
    "Event.Server.Authentication",
    "10.18",
    (
        Param("Enabled", YES_NO, "no", "Log in to the mail server."),
        *server_login("mail server"),
        Param("WeakestMethod", OneOf(("Login",)), "Login", "Weakest login method that is accepted."),
    ),
    aliases=("Event.Server.SMTP.Authentication",),
)

FTP = Group(
    "Event.Server.FTP",
    "10.19",
    (
        Param("Enable", YES_NO, "no", "Send events by FTP."),
        *server_address("FTP server", "FTPServer", "Port", "21"),
        *server_login("FTP server"),
        Param("Path", PATH, "", "Directory on the FTP server."),
        Param("Passive", YES_NO, "yes", "Passive mode: the camera opens the data connections."),
        Param("TLS", YES_NO, "no", "Use TLS (AUTH TLS)."),
        server_certificate("FTP server"),
    ),
)

NETSTORAGE = Group(
    "Event.Server.NetStorage",
    "10.20",
    (
        Param("Enable", YES_NO, "no", "Send events to a Samba share."),
        Param("SambaServer", HOST_OR_NOTHING, "", "Samba server."),
        Param("Share", SHARE, "", "Share."),
        Param("Path", PATH, "", "Directory in the share."),
        *server_login("Samba server"),
        Param("Port", PORT, "445", "TCP port of the Samba server."),
    ),
)


HTTP = Group("Event.Server.HTTP", "12", (server_certificate("server that receives HTTP notifications"),))
"""Addition: the SDK has no ``https://`` addresses in ``EventHttpNotify.cgi``."""


_DIGITS = Integer(0, 2**31 - 1)

STORAGE = Group(
    "Event.Server.External.Storage",
    "10.21",
    (
        live_param("Mount", YES_NO, "no", "The SD card is inserted and usable.", get=Rank.USERS),
        live_param("TotalSpace", _DIGITS, "0", "Size of the card.", "MB", Rank.USERS),
        live_param("FreeSpace", _DIGITS, "0", "Free space on the card.", "MB", Rank.USERS),
        Param(
            "DiskFull",
            OneOf(("stop", "recycle"), ("stop recording", "delete the oldest recordings")),
            "recycle",
            "Action when the card is full.",
            get=Rank.USERS,
            needs="SDCard",
        ),
    ),
)
