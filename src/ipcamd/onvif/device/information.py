"""Identity of the device, restart and factory default (ONVIF Core, 8.3)."""

from uuid import NAMESPACE_OID, uuid5

from ipcamd.cgi.admin.restart import restart
from ipcamd.device.identity import Identity
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.writer import Content, node

_MANUFACTURER = "ipcamd"


def endpoint_reference(identity: Identity) -> str:
    """Return the camera's permanent name in discovery, made from its MAC address (WS-Discovery, 2.6)."""
    return f"urn:uuid:{uuid5(NAMESPACE_OID, f'ipcamd {identity.mac}')}"


def get_device_information(call: OperationCall) -> Content:
    """Return manufacturer, model, firmware version, serial number and hardware identifier."""
    identity = call.camera.identity
    return (
        node("tds:Manufacturer", _MANUFACTURER),
        node("tds:Model", identity.model_number),
        node("tds:FirmwareVersion", identity.firmware_version),
        node("tds:SerialNumber", identity.serial),
        node("tds:HardwareId", identity.hardware_version),
    )


def get_endpoint_reference(call: OperationCall) -> Content:
    """Return the permanent name."""
    return node("tds:GUID", endpoint_reference(call.camera.identity))


def reboot(call: OperationCall) -> Content:
    """Restart the camera after sending the answer. Raises ``RequestFailed`` soon after another restart."""
    restart(call.http)
    return node("tds:Message", "The camera restarts; it answers again within a minute.")


async def set_factory_default(call: OperationCall) -> None:
    """Restore the factory values: all (Hard), or all except those of the network (Soft); then restart."""
    factory_default = call.camera.factory_default
    if call["FactoryDefault"] == "Hard":
        await factory_default.reset(call.requester())
    else:
        await factory_default.reset_but_network(call.requester())
    call.camera.restart()
