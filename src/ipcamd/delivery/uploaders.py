"""Uploaders: kinds of targets. The code of a protocol is imported, in a thread, at its first use."""

from collections.abc import Callable
from datetime import datetime

from ipcamd.delivery.target.blocking_session import BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.missing_rights import TargetState
from ipcamd.delivery.target.uploader import Uploader, UploadSession
from ipcamd.errors import DeliveryError
from ipcamd.params.event.server import AUTHENTICATION, FTP, NETSTORAGE, SMTP
from ipcamd.settings.settings import Settings

TARGETS = ("ftp", "email", "samba")
"""Names of the targets."""


def uploaders(name: Callable[[], str], local: Callable[[int], datetime]) -> dict[str, Uploader]:
    """Return the uploaders by target. `name` is the camera's; `local` returns the local time of nanoseconds since the
    epoch."""
    return dict(zip(TARGETS, (FtpUploader(), MailUploader(name, local), SambaUploader()), strict=True))


class FtpUploader:
    """FTP (SDK 10.19)."""

    title = "FTP"
    joins_series = False
    groups = (FTP.name,)

    def config(self, settings: Settings) -> TargetConfig:
        """See `Uploader`."""
        values = settings[FTP.name]
        host = _needed(settings, FTP.name, "FTPServer")
        return TargetConfig(host, values.number("Port"), values, values["UserName"], values["Password"])

    def open(self, config: TargetConfig, address: str, blocking: BlockingSession, state: TargetState) -> UploadSession:
        """See `Uploader`."""
        from ipcamd.delivery.ftp import session

        return session.login(config, address, blocking, state)


class MailUploader:
    """Mail (SDK 10.17, 10.18)."""

    title = "mail"
    joins_series = True
    groups = (SMTP.name, AUTHENTICATION.name)

    def __init__(self, name: Callable[[], str], local: Callable[[int], datetime]) -> None:
        """`name` returns the camera's name for the mail's head; `local` converts nanoseconds since the epoch to local
        time."""
        self._name = name
        self._local = local

    def config(self, settings: Settings) -> TargetConfig:
        """See `Uploader`."""
        values, login = settings[SMTP.name], settings[AUTHENTICATION.name]
        host = _needed(settings, SMTP.name, "MailServer1")
        _needed(settings, SMTP.name, "FromEmail")
        if not values["EmailTo"] and not values["EmailTo2"]:
            raise DeliveryError(f"neither {SMTP.name}.EmailTo nor EmailTo2 is set")
        port = values.number("Smtpport")
        if not login.flag("Enabled"):
            return TargetConfig(host, port, values)
        return TargetConfig(host, port, values, login["UserName"], login["Password"])

    def open(self, config: TargetConfig, address: str, blocking: BlockingSession, state: TargetState) -> UploadSession:
        """See `Uploader`."""
        from ipcamd.delivery.mail import session

        return session.login(config, address, blocking, self._name(), self._local)


class SambaUploader:
    """A Samba or Windows share (SDK 10.20)."""

    title = "Samba"
    joins_series = False
    groups = (NETSTORAGE.name,)

    def config(self, settings: Settings) -> TargetConfig:
        """See `Uploader`."""
        values = settings[NETSTORAGE.name]
        host = _needed(settings, NETSTORAGE.name, "SambaServer")
        _needed(settings, NETSTORAGE.name, "Share")
        return TargetConfig(host, values.number("Port"), values, values["UserName"], values["Password"])

    def open(self, config: TargetConfig, address: str, blocking: BlockingSession, state: TargetState) -> UploadSession:
        """See `Uploader`."""
        try:
            from ipcamd.delivery.samba import session
        except ImportError as error:
            raise DeliveryError(f"the package {error.name} is missing: pip install smbprotocol") from error
        return session.login(config, address, blocking, state)


def _needed(settings: Settings, group: str, name: str) -> str:
    value = settings[group][name]
    if not value:
        raise DeliveryError(f"{group}.{name} is not set")
    return value
