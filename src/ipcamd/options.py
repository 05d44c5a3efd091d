"""The options of ``ipcamd run``: declared once, read from the command line, the environment and a TOML file."""

import argparse
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

from ipcamd.errors import ConfigError


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise ValueError("a port is 0 to 65535; 0 takes a free one")
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


def _switch(text: str) -> bool:
    words = {"1": True, "on": True, "yes": True, "true": True, "0": False, "off": False, "no": False, "false": False}
    if text.lower() not in words:
        raise ValueError("on or off")
    return words[text.lower()]


def _choice(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(" or ".join(words))
        return text

    return parse


Given = str | Sequence[str]
"""The text of an option, or its texts if it was given several times."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option; its name is ``--name``, ``IPCAMD_NAME`` and the TOML key."""

    name: str
    default: Any
    help: str
    metavar: str = ""
    """Empty for a switch that takes no value on the command line."""
    parse: Callable[[str], Any] = str
    many: bool = False
    """It may be given several times; in one text commas part the values."""

    @property
    def field(self) -> str:
        """The name as an attribute."""
        return self.name.replace("-", "_")

    @property
    def environment(self) -> str:
        """The name as an environment variable."""
        return f"IPCAMD_{self.field.upper()}"


OPTIONS: tuple[Option, ...] = (
    Option(
        "source",
        "",
        "where the picture comes from: scene, a video file, /dev/videoN, rtsp://..., http://..., "
        "screen[:N] (default: /dev/video0 if there is one, else scene)",
        "S",
    ),
    Option(
        "source-tls",
        "auto",
        "certificates of https:// and rtsps:// sources: auto (all are accepted, but a password goes in clear only "
        "under one that can be verified), verify (no others), any (all, and the password goes under all)",
        "POLICY",
        _choice("auto", "verify", "any"),
    ),
    Option(
        "audio", "", "where the sound comes from: none, tone, a sound file, alsa:NAME (default: the source's own)", "A"
    ),
    Option(
        "state",
        "",
        "directory of database and keys, mode 0700, one camera each (default: $XDG_STATE_HOME/ipcamd)",
        "DIR",
    ),
    Option(
        "speaker",
        "virtual",
        "where talk is heard: virtual (kept, to be read back), default (this computer's sound card), "
        "a part of a sound card's name, or none",
        "S",
    ),
    Option("sdcard", "", "directory that is the SD card, or none (default: sdcard in the state directory)", "DIR"),
    Option("host", "", "address to listen on (default: 0.0.0.0, and :: where there is IPv6)", "ADDRESS", _address),
    Option("port", 8080, "first value of System.HTTPPort; 0 takes a free port", "N", _port),
    Option("https-port", 8443, "first value of the HTTPS port", "N", _port),
    Option("rtsp-port", 8554, "first value of System.RTSPPort", "N", _port),
    Option("rtsps-port", 8322, "first value of the RTSPS port (RTSP over TLS)", "N", _port),
    Option(
        "tls-certificate",
        "",
        "PEM file with the certificate for HTTPS and RTSPS, then those of its issuers (default: kept in the state "
        "directory, self-signed at first); SIGHUP reads it again",
        "FILE",
    ),
    Option("tls-key", "", "PEM file with its private key, not encrypted; needed with --tls-certificate", "FILE"),
    Option("talk-port", 5432, "first value of System.TalkPort, the UDP port for talk", "N", _port),
    Option("admin-user", "admin", "name of the first administrator", "NAME"),
    Option(
        "admin-password",
        "",
        "its password (default: random, printed once at first start); better given in the "
        "environment, where other users of the machine do not see it",
        "PASSWORD",
    ),
    Option(
        "allow-weak-password", False, "let admin:admin and the like in, for old clients and laboratories", "", _switch
    ),
    Option(
        "allow-local-targets", False, "let notify, FTP, mail, Samba, DDNS and NTP targets be this machine", "", _switch
    ),
    Option(
        "allow-anyone-to-talk",
        False,
        "take talk over UDP from every address, not only from those that logged in over HTTP in the last minute",
        "",
        _switch,
    ),
    Option(
        "trusted-proxy",
        (),
        "address or network of a reverse proxy whose X-Forwarded-For, -Proto, -Host, -Port and -Prefix count; "
        "may be repeated",
        "NET",
        _network,
        many=True,
    ),
    Option(
        "allowed-host",
        (),
        "a further name by which browsers may use the camera, beside addresses and local names; may be repeated",
        "NAME",
        _host_name,
        many=True,
    ),
    Option(
        "firmware-key",
        (),
        "public key whose firmware images are taken (default: none, upgrades are refused); may be repeated",
        "FILE",
        many=True,
    ),
    Option("no-firmware", False, "run this installation, not the upgraded version in the state directory", "", _switch),
    Option(
        "no-ip-filter",
        False,
        "let all addresses in, whatever the IP filter says: the way back after all of them are denied",
        "",
        _switch,
    ),
    Option("viewers", 1000, "most stream viewers at once, over all protocols", "N", _count),
    Option(
        "connections",
        12_000,
        "most connections at once, of all services together; a new one then replaces the oldest that serves nobody, "
        "or is answered 503",
        "N",
        _some,
    ),
    Option(
        "connections-per-address",
        1500,
        "most of them from one address (IPv6: from one /64); more are needed behind a reverse proxy with more viewers",
        "N",
        _some,
    ),
    Option(
        "device",
        "virtual",
        "the hardware: virtual, or linux: that of this machine, as the table [device] of the TOML file names it",
        "MODEL",
        _choice("virtual", "linux"),
    ),
    Option("discovery", True, "announce the camera on the network: on or off", "on|off", _switch),
    Option("quiet", False, "print no addresses and no QR code, even in a terminal", "", _switch),
    Option("log-level", "info", "debug, info, warning or error", "LEVEL", _choice("debug", "info", "warning", "error")),
    Option("log-format", "text", "log lines on standard error as text or json", "FORMAT", _choice("text", "json")),
)
"""All options of ``ipcamd run``, in the order of ``--help``."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options' values, as attributes named like the options (``admin_password``)."""

    source: str
    source_tls: str
    audio: str
    speaker: str
    state: str
    sdcard: str
    host: str
    port: int
    https_port: int
    rtsp_port: int
    rtsps_port: int
    tls_certificate: str
    tls_key: str
    talk_port: int
    admin_user: str
    admin_password: str
    allow_weak_password: bool
    allow_local_targets: bool
    allow_anyone_to_talk: bool
    trusted_proxy: tuple[IPv4Network | IPv6Network, ...]
    allowed_host: tuple[str, ...]
    firmware_key: tuple[str, ...]
    no_firmware: bool
    quiet: bool
    no_ip_filter: bool
    viewers: int
    connections: int
    connections_per_address: int
    device: str
    discovery: bool
    log_level: str
    log_format: str
    hardware: Mapping[str, str]
    """The table ``[device]`` of the TOML file: kind of hardware to driver."""

    @property
    def state_dir(self) -> Path:
        """The state directory."""
        base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return Path(self.state) if self.state else Path(base) / "ipcamd"

    @property
    def tls_files(self) -> tuple[Path, Path] | None:
        """The owner's files of certificate and key. Raises ``ConfigError`` if only one is given, or one is missing."""
        if not (self.tls_certificate or self.tls_key):
            return None
        for name, file in (("tls-certificate", self.tls_certificate), ("tls-key", self.tls_key)):
            if not file:
                raise ConfigError(f"--{name}: it is missing; --tls-certificate and --tls-key are given together")
            if not os.access(file, os.R_OK):
                raise ConfigError(f"--{name} {file}: there is no such file, or it cannot be read")
        return Path(self.tls_certificate), Path(self.tls_key)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The IP addresses to listen on; ``::`` is left out where there is no IPv6."""
        return (self.host,) if self.host else ("0.0.0.0", "::")

    @property
    def is_private(self) -> bool:
        """Whether only this machine can reach the camera."""
        return all(ip_address(host).is_loopback for host in self.hosts)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options on a command line; values stay text, None where not given."""
    for option in OPTIONS:
        if option.metavar:
            action = "append" if option.many else "store"
            parser.add_argument(f"--{option.name}", action=action, metavar=option.metavar, help=_explain(option))
        else:
            parser.add_argument(f"--{option.name}", action="store_const", const="on", help=_explain(option))
    parser.add_argument("--config", metavar="FILE", help="TOML file with any of these options; IPCAMD_CONFIG")


def _explain(option: Option) -> str:
    shown = f" (default: {'on' if option.default is True else option.default})" if option.default else ""
    return f"{option.help}{shown}; {option.environment}".replace("%", "%%")


def read(given: Mapping[str, Given | None], environment: Mapping[str, str]) -> Options:
    """Merge command line, environment, TOML file and defaults, in that order of strength. Raises `ConfigError`."""
    path = given.get("config") or environment.get("IPCAMD_CONFIG")
    file, hardware = _toml(Path(str(path))) if path else ({}, {})
    return Options(**{each.field: _value(each, given, environment, file) for each in OPTIONS}, hardware=hardware)


def read_table(table: Mapping[str, Any]) -> Options:
    """Return the options that a TOML file with this content alone gives. Raises `ConfigError`."""
    file, hardware = _given(table)
    return Options(**{each.field: _value(each, {}, {}, file) for each in OPTIONS}, hardware=hardware)


def _value(
    option: Option, given: Mapping[str, Given | None], environment: Mapping[str, str], file: Mapping[str, Given]
) -> Any:
    places = (
        (f"--{option.name}", given.get(option.field)),
        (option.environment, environment.get(option.environment)),
        (option.name, file.get(option.name)),
    )
    for place, found in places:
        if found is not None and option.many:
            texts = [found] if isinstance(found, str) else found
            parts = (part.strip() for text in texts for part in text.split(","))
            return tuple(_parse(option, place, part) for part in parts if part)
        if found is not None:
            return _parse(option, place, str(found))
    return option.default


def _parse(option: Option, place: str, text: str) -> Any:
    try:
        return option.parse(text)
    except ValueError as error:
        raise ConfigError(f"{place} {text!r}: {error}") from error


def _toml(path: Path) -> tuple[Mapping[str, Given], Mapping[str, str]]:
    """Return the options and the drivers of a file."""
    try:
        return _given(tomllib.loads(path.read_text()))
    except (OSError, ValueError, ConfigError) as error:
        raise ConfigError(f"--config {path}: {error}") from error


def _given(table: Mapping[str, Any]) -> tuple[Mapping[str, Given], Mapping[str, str]]:
    """Return the options and the drivers of a table: ``device`` is the model or a table with ``model`` and drivers."""
    given = {key.replace("_", "-"): value for key, value in table.items()}
    hardware: dict[str, str] = {}
    if isinstance(device := given.get("device"), dict):
        hardware = {key: _joined(f"[device] {key}", value) for key, value in device.items()}
        given["device"] = hardware.pop("model", "virtual")
    known = {option.name: option for option in OPTIONS}
    if unknown := given.keys() - known.keys():
        raise ConfigError(f"unknown option {min(unknown)}; see ipcamd run --help")
    return {name: _texts(known[name], value) for name, value in given.items()}, hardware


def _texts(option: Option, value: object) -> Given:
    if option.many and isinstance(value, list):
        return [_scalar(option.name, one) for one in value]
    return _scalar(option.name, value)


def _joined(key: str, value: object) -> str:
    """Return a text, or several ones parted by commas."""
    return ", ".join(_scalar(key, one) for one in value) if isinstance(value, list) else _scalar(key, value)


def _scalar(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str | int):
        return str(value)
    raise ConfigError(f"{key}: a text, a number, true or false")


def names() -> Sequence[str]:
    """Return every option's name (for the docs)."""
    return [option.name for option in OPTIONS]
