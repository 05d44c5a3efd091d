"""The kinds of targets there are. What speaks their protocols is imported, in a thread, when it is first needed."""

from collections.abc import Callable
from datetime import datetime

from ipcamd.errors import DeliveryError
from ipcamd.events.actions.carrier import Carrier, Session, Site
from ipcamd.events.errand import Errand
from ipcamd.params.event import AUTHENTICATION, FTP, NETSTORAGE, SMTP
from ipcamd.store.settings import Settings

GUEST = "guest"
"""Who logs in at a Samba server if no user name is set."""


def carriers(name: Callable[[], str], local: Callable[[int], datetime]) -> dict[str, Carrier]:
    """Return them. `name` is the camera's; `local` gives the local time of a moment in nanoseconds."""
    return {"ftp": FtpCarrier(), "email": SmtpCarrier(name, local), "samba": SmbCarrier()}


class FtpCarrier:
    """FTP (SDK 10.19)."""

    title = "FTP"
    groups = (FTP.name,)

    def site(self, settings: Settings) -> Site:
        """See `Carrier`."""
        values = settings[FTP.name]
        user = values["UserName"] or "anonymous"
        return Site(_needed(settings, FTP.name, "FTPServer"), int(values["Port"]), values, user, values["Password"])

    def open(self, site: Site, address: str, errand: Errand) -> Session:
        """See `Carrier`."""
        from ipcamd.events.actions import ftp

        return ftp.login(site, address, errand)


class SmtpCarrier:
    """Mail (SDK 10.17, 10.18)."""

    title = "mail"
    groups = (SMTP.name, AUTHENTICATION.name)

    def __init__(self, name: Callable[[], str], local: Callable[[int], datetime]) -> None:
        self._name = name
        self._local = local

    def site(self, settings: Settings) -> Site:
        """See `Carrier`."""
        values, login = settings[SMTP.name], settings[AUTHENTICATION.name]
        host = _needed(settings, SMTP.name, "MailServer1")
        _needed(settings, SMTP.name, "FromEmail")
        if not values["EmailTo"] and not values["EmailTo2"]:
            raise DeliveryError(f"neither {SMTP.name}.EmailTo nor EmailTo2 is set")
        port = int(values["Smtpport"])
        if login["Enabled"] != "yes":
            return Site(host, port, values)
        return Site(host, port, values, login["UserName"], login["Password"])

    def open(self, site: Site, address: str, errand: Errand) -> Session:
        """See `Carrier`."""
        from ipcamd.events.actions import smtp

        return smtp.login(site, address, errand, self._name(), self._local)


class SmbCarrier:
    """A Samba share, or one of Windows (SDK 10.20)."""

    title = "Samba"
    groups = (NETSTORAGE.name,)

    def site(self, settings: Settings) -> Site:
        """See `Carrier`."""
        values = settings[NETSTORAGE.name]
        host = _needed(settings, NETSTORAGE.name, "SambaServer")
        _needed(settings, NETSTORAGE.name, "Share")
        return Site(host, int(values["Port"]), values, values["UserName"] or GUEST, values["Password"])

    def open(self, site: Site, address: str, errand: Errand) -> Session:
        """See `Carrier`."""
        try:
            from ipcamd.events.actions import smb
        except ImportError as error:
            raise DeliveryError(f"the package {error.name} is missing: pip install smbprotocol") from error
        return smb.login(site, address, errand)


def _needed(settings: Settings, group: str, name: str) -> str:
    value = settings[group][name]
    if not value:
        raise DeliveryError(f"{group}.{name} is not set")
    return value
