"""Option values: the options of one run of the camera, as attributes."""

import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path

from ipcamd.dataclass import dataclass
from ipcamd.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Options:
    """Values of the options, as attributes named like the options (``admin_password``).

    `port`, `https_port`, `rtsp_port`, `rtsps_port` and `talk_port` are port numbers, 0 for a free one; `viewers`,
    `connections` and `connections_per_address` are the highest simultaneous numbers.
    """

    source: str
    source_tls: str
    analysis_source: str
    audio: str
    encoder: str
    """Value of `EncoderChoice`."""
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
    webrtc_port: int
    """Initial port of WebRTC, UDP and TCP."""
    admin_user: str
    admin_password: str
    metrics_token: str
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
        """The owner's files of certificate and key. Raises ``ConfigError`` if one is missing."""
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
        """IP addresses to listen on; without ``::`` if there is no IPv6."""
        return (self.host,) if self.host else ("0.0.0.0", "::")

    @property
    def is_private(self) -> bool:
        """Whether only this machine can reach the camera."""
        return all(ip_address(host).is_loopback for host in self.hosts)
