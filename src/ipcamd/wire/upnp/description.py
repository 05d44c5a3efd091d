"""Device description: the XML document of an SSDP announcement (UPnP Device Architecture 1.1, 2.3)."""

import uuid
from html import escape

from ipcamd.dataclass import dataclass

PATH = "/upnp/description.xml"
"""Path of the document on the camera."""
KIND = "urn:schemas-upnp-org:device:Basic:1"
"""Device type: a basic device has a web page and no UPnP services."""
NAMESPACE = "urn:schemas-upnp-org:device-1-0"
"""XML namespace of device descriptions (UPnP Device Architecture 1.1, 2.3)."""


@dataclass(frozen=True, slots=True)
class DeviceDescription:
    """Contents of a description, all of which are public on the local network."""

    friendly_name: str
    model_name: str
    model_number: str
    mac: str
    presentation_url: str
    """URL of the camera's web page."""

    def format(self, config_id: int) -> bytes:
        """Return the document; `config_id` is that of the announcement."""
        fields = {
            "deviceType": KIND,
            "friendlyName": self.friendly_name,
            "manufacturer": "ipcamd",
            "modelDescription": "network camera",
            "modelName": self.model_name,
            "modelNumber": self.model_number,
            "serialNumber": self.mac.replace(":", "").upper(),
            "UDN": udn_of(self.mac),
            "presentationURL": self.presentation_url,
        }
        lines = "".join(f"<{name}>{escape(text)}</{name}>\n" for name, text in fields.items())
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            f'<root xmlns="{NAMESPACE}" configId="{config_id}">\n'
            "<specVersion><major>1</major><minor>1</minor></specVersion>\n"
            f"<device>\n{lines}</device>\n</root>\n"
        ).encode()


def udn_of(mac: str) -> str:
    """Return the permanent unique device name of the camera with this MAC address (RFC 9562, version 5)."""
    return f"uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:ipcamd:{mac.lower()}')}"
