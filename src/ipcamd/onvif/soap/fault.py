"""SOAP fault with ONVIF's subcodes (ONVIF Core, 5.11.2)."""

from ipcamd.errors import IpcamdError, RequestFailed, SettingForbidden

SENDER = "s:Sender"
"""Fault code: error of the request (SOAP 1.2 part 1, 5.4.6)."""
RECEIVER = "s:Receiver"
"""Fault code: error of the camera."""


class Fault(IpcamdError):
    """Answer to a request that the camera refuses. Nothing has changed."""

    def __init__(self, code: str, subcodes: tuple[str, ...], reason: str) -> None:
        """`code`: `SENDER` or `RECEIVER`; `subcodes`: QNames with the prefixes of the answers, outermost first;
        `reason`: a text for users."""
        super().__init__(reason)
        self.code = code
        self.subcodes = subcodes

    @property
    def status(self) -> int:
        """HTTP status (SOAP 1.2 part 2, table 20)."""
        return 400 if self.code == SENDER else 500

    @classmethod
    def of(cls, error: IpcamdError) -> "Fault":
        """Return the fault for an error of the camera."""
        match error:
            case Fault():
                return error
            case SettingForbidden():
                return sender_fault("NotAuthorized", reason=str(error))
            case RequestFailed():
                return invalid_argument(str(error))
        return receiver_fault("Action", reason=str(error))


def sender_fault(*subcodes: str, reason: str) -> Fault:
    """Return the fault of an invalid request; subcodes without their prefix ``ter``."""
    return Fault(SENDER, tuple(f"ter:{code}" for code in subcodes), reason)


def receiver_fault(*subcodes: str, reason: str) -> Fault:
    """Return the fault of a request that the camera cannot fulfil; subcodes without their prefix ``ter``."""
    return Fault(RECEIVER, tuple(f"ter:{code}" for code in subcodes), reason)


def invalid_argument(reason: str, *subcodes: str) -> Fault:
    """Return the fault of a missing or invalid value; `subcodes` refine ``InvalidArgVal``."""
    return sender_fault("InvalidArgVal", *subcodes, reason=reason)


def prohibited(reason: str, *subcodes: str) -> Fault:
    """Return the fault of a request that is not allowed; `subcodes` refine ``OperationProhibited``."""
    return sender_fault("OperationProhibited", *subcodes, reason=reason)


def no_configuration(token: str) -> Fault:
    """Return the fault for a configuration that does not exist."""
    return invalid_argument(f"{token}: there is no such configuration", "NoConfig")


def config_modify(reason: str) -> Fault:
    """Return the fault for a configuration whose values are not possible."""
    return invalid_argument(reason, "ConfigModify")
