"""Option table: name, default, kind and help of each option of ``ipcamd run``."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from ipcamd.dataclass import dataclass


def _port(text: str) -> int:
    if not (re.fullmatch("[0-9]{1,5}", text) and int(text) <= 65535):
        raise ValueError("a port is 0 to 65535; 0 selects a free one")
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text):
        raise ValueError("a number, 0 to 999999")
    return int(text)


def _some(text: str) -> int:
    if not _count(text):
        raise ValueError("a number, 1 to 999999")
    return int(text)


def _address(text: str) -> str:
    try:
        return str(ip_address({"localhost": "127.0.0.1"}.get(text, text)))
    except ValueError:
        raise ValueError("an IP address of this machine, such as 127.0.0.1 or ::") from None


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError("an IP address or a network, such as 192.168.1.5 or 10.0.0.0/8") from None


def _host_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?", text):
        raise ValueError("a host name without scheme, port or path, such as camera.example.com")
    return text


def _token(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9._~+/-]{1,256}=*", text):
        raise ValueError("1 to 256 of letters, digits and ._~+/- (RFC 6750), such as `openssl rand -hex 32` makes")
    return text


def _switch(text: str) -> bool:
    words = {"1": True, "on": True, "yes": True, "true": True, "0": False, "off": False, "no": False, "false": False}
    if text.lower() not in words:
        raise ValueError("on or off")
    return words[text.lower()]


@dataclass(frozen=True, slots=True)
class WordChoice:
    """Parser of an option with a choice of words."""

    words: tuple[str, ...]

    def __call__(self, text: str) -> str:
        """Return the word. Raises ``ValueError`` for any other."""
        if text not in self.words:
            raise ValueError(" or ".join(self.words))
        return text


@dataclass(frozen=True, slots=True)
class Option:
    """One option; its name is ``--name``, ``IPCAMD_NAME`` and the TOML key."""

    name: str
    default: Any
    help: str
    metavar: str = ""
    """Empty for a switch without a value on the command line."""
    parse: Callable[[str], Any] = str
    many: bool = False
    """Whether it may be given several times; in one text commas separate the values."""

    @property
    def field(self) -> str:
        """Name as an attribute."""
        return self.name.replace("-", "_")

    @property
    def words(self) -> tuple[str, ...]:
        """Allowed words; none if other values are allowed."""
        if isinstance(self.parse, WordChoice):
            return self.parse.words
        return ("on", "off") if self.parse is _switch and self.metavar else ()

    @property
    def environment(self) -> str:
        """Name as an environment variable."""
        return f"IPCAMD_{self.field.upper()}"


OPTIONS: tuple[Option, ...] = (
    Option(
        "source",
        "",
        "source of the picture: scene, a video or picture file, a directory of pictures, /dev/videoN, "
        "libcamera[:N], rtsp://..., http://..., srt://..., pipe:[PATH]?format=..., gst:PIPELINE, "
        "screen[:N] (default: /dev/video0 if there is one, else scene)",
        "S",
    ),
    Option(
        "source-tls",
        "auto",
        "accepted certificates of https:// and rtsps:// sources: auto (all, but a plain-text password is sent only "
        "under a verified one), verify (only verified ones), any (all, and the password is always sent)",
        "POLICY",
        WordChoice(("auto", "verify", "any")),
    ),
    Option(
        "analysis-source",
        "",
        "smaller stream of the same camera, named like --source, that motion and tampering detection decode instead of "
        "the source (default: none)",
        "S",
    ),
    Option("audio", "", "source of the sound: none, tone, a sound file, alsa:NAME (default: the source's own)", "A"),
    Option(
        "encoder",
        "software",
        "encoder of H.264 and H.265, and decoder of the source: software, the hardware v4l2m2m, qsv or nvenc (software "
        "while it fails), or auto (the first of these that works, otherwise software)",
        "NAME",
        WordChoice(("software", "auto", "v4l2m2m", "qsv", "nvenc")),
    ),
    Option(
        "state",
        "",
        "directory with database and keys of one camera, mode 0700 (default: $XDG_STATE_HOME/ipcamd)",
        "DIR",
    ),
    Option(
        "speaker",
        "virtual",
        "output of talk: virtual (stored; speaker.cgi returns it), default (this computer's sound card), "
        "a part of a sound card's name, or none",
        "S",
    ),
    Option("sdcard", "", "directory used as the SD card, or none (default: sdcard in the state directory)", "DIR"),
    Option("host", "", "address to listen on (default: 0.0.0.0, and :: where there is IPv6)", "ADDRESS", _address),
    Option("port", 8080, "initial value of System.HTTPPort; 0 selects a free port", "N", _port),
    Option("https-port", 8443, "initial value of the HTTPS port", "N", _port),
    Option("rtsp-port", 8554, "initial value of System.RTSPPort", "N", _port),
    Option("rtsps-port", 8322, "initial value of the RTSPS port (RTSP over TLS)", "N", _port),
    Option(
        "tls-certificate",
        "",
        "PEM file with the certificate for HTTPS and RTSPS, then those of its issuers (default: one in the state "
        "directory, initially self-signed); SIGHUP reloads it",
        "FILE",
    ),
    Option(
        "tls-key", "", "PEM file with the private key of --tls-certificate, not encrypted; required with it", "FILE"
    ),
    Option("talk-port", 5432, "initial value of System.TalkPort, the UDP port for talk", "N", _port),
    Option("webrtc-port", 8189, "initial value of the port for WebRTC, UDP and TCP", "N", _port),
    Option("admin-user", "admin", "name of the first administrator", "NAME"),
    Option(
        "admin-password",
        "",
        "password of the first administrator (default: random, printed once at the first start); set it in the "
        "environment, so that other users of the machine cannot see it",
        "PASSWORD",
    ),
    Option(
        "metrics-token",
        "",
        "bearer token that reads /metrics without an account (default: none); set it in the environment, so that "
        "other users of the machine cannot see it",
        "TOKEN",
        _token,
    ),
    Option(
        "allow-weak-password",
        False,
        "accept passwords such as admin:admin, for old clients and laboratories",
        "",
        _switch,
    ),
    Option(
        "allow-local-targets",
        False,
        "allow notification, FTP, mail, Samba, DDNS and NTP targets on this machine",
        "",
        _switch,
    ),
    Option(
        "allow-anyone-to-talk",
        False,
        "accept talk over UDP from every address, not only from those that logged in over HTTP in the last minute",
        "",
        _switch,
    ),
    Option(
        "trusted-proxy",
        (),
        "address or network of a reverse proxy whose X-Forwarded-For, -Proto, -Host, -Port and -Prefix are trusted; "
        "may be repeated",
        "NET",
        _network,
        many=True,
    ),
    Option(
        "allowed-host",
        (),
        "additional host name by which browsers may use the camera, besides addresses and local names; may be repeated",
        "NAME",
        _host_name,
        many=True,
    ),
    Option(
        "firmware-key",
        (),
        "public key of accepted firmware images (default: none, upgrades are refused); may be repeated",
        "FILE",
        many=True,
    ),
    Option("no-firmware", False, "run this installation, not the upgraded version in the state directory", "", _switch),
    Option(
        "no-ip-filter",
        False,
        "accept all addresses and ignore the IP filter, in case it denies every address",
        "",
        _switch,
    ),
    Option("viewers", 1000, "maximum number of stream viewers, over all protocols", "N", _count),
    Option(
        "connections",
        12_000,
        "maximum number of connections of all services together; above it, a new one replaces the oldest idle one "
        "or gets the answer 503",
        "N",
        _some,
    ),
    Option(
        "connections-per-address",
        1500,
        "maximum number of connections from one address (IPv6: one /64 network); increase it for a reverse proxy with "
        "more viewers",
        "N",
        _some,
    ),
    Option(
        "device",
        "virtual",
        "hardware: virtual, or linux (that of this machine, as configured in the table [device] of the TOML file)",
        "MODEL",
        WordChoice(("virtual", "linux")),
    ),
    Option("discovery", True, "announce the camera on the network: on or off", "on|off", _switch),
    Option("quiet", False, "print no addresses and no QR code, even in a terminal", "", _switch),
    Option(
        "log-level", "info", "debug, info, warning or error", "LEVEL", WordChoice(("debug", "info", "warning", "error"))
    ),
    Option(
        "log-format",
        "text",
        "format of log lines on standard error: text or json",
        "FORMAT",
        WordChoice(("text", "json")),
    ),
)
"""All options of ``ipcamd run``, in the order of ``--help``."""
