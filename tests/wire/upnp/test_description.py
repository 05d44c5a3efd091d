"""Device description."""

from xml.etree import ElementTree

from ipcamd.wire.upnp.description import DeviceDescription, udn_of

MAC = "02:1b:44:11:3a:b7"
NAMESPACES = {"d": "urn:schemas-upnp-org:device-1-0"}


def test_it_contains_public_information_only() -> None:
    name = """<&>"']]> ä 日本"""
    root = ElementTree.fromstring(DeviceDescription(name, "ipcamd", "IPC-1", MAC, "http://10.0.0.1/").format(42))
    assert root.get("configId") == "42"
    device = root.find("d:device", NAMESPACES)
    assert device is not None
    assert {each.tag.partition("}")[2]: each.text for each in device} == {
        "deviceType": "urn:schemas-upnp-org:device:Basic:1",
        "friendlyName": name,
        "manufacturer": "ipcamd",
        "modelDescription": "network camera",
        "modelName": "ipcamd",
        "modelNumber": "IPC-1",
        "serialNumber": "021B44113AB7",
        "UDN": udn_of(MAC),
        "presentationURL": "http://10.0.0.1/",
    }


def test_the_device_keeps_its_name() -> None:
    assert udn_of(MAC) == udn_of(MAC.upper()) == "uuid:e14bf97e-2c6f-5b1a-a4fa-a8b01c94f62b"
    assert udn_of(MAC) != udn_of("02:1b:44:11:3a:b8")
