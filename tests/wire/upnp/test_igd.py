"""Answers of a router with UPnP: read, or refused."""

import pytest

from ipcamd.wire.upnp.igd import SERVICES, IgdService, SoapFault, format_action, is_url_of, parse_result, parse_services
from ipcamd.wire.upnp.xml_elements import DEPTH, SIZE_BYTES, parse_xml

LOCATION = "http://10.0.0.1:5000/d.xml"


def service(kind: str, url: str) -> bytes:
    return f"<service><serviceType>{kind}</serviceType><controlURL>{url}</controlURL></service>".encode()


def test_the_best_service_comes_first() -> None:
    document = (
        b"<root>" + service(SERVICES[2], "ppp") + service("other", "/x") + service(SERVICES[0], "/ip") + b"</root>"
    )
    assert parse_services(document, LOCATION, SERVICES) == [
        IgdService(SERVICES[0], "http://10.0.0.1:5000/ip"),
        IgdService(SERVICES[2], "http://10.0.0.1:5000/ppp"),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.2/",
        "http://127.0.0.1:5000/",
        "//10.0.0.2/",
        "https://10.0.0.1/",
        "http://user@10.0.0.1/",
        "http://10.0.0.1@10.0.0.2/",
        "http://10.0.0.1:99999/",
        "http://[::1",
        "file:///etc/passwd",
        "http://10.0.0.1.example.com/",
    ],
)
def test_a_control_url_on_another_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="leads to another host"):
        parse_services(service(SERVICES[0], url), LOCATION, SERVICES)
    assert not is_url_of(url, "10.0.0.1")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "http://10.0.0.2/"><a/>', "document type"),
        (b"<a>" * (DEPTH + 1), "too deep"),
        (b"<a>" + b" " * SIZE_BYTES, "too large"),
        (b"<a>", "not XML"),
        (b"", "not XML"),
        (b"<a/>", "no service"),
    ],
)
def test_a_hostile_description_is_refused(document: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_services(document, LOCATION, SERVICES)


def test_an_action_is_escaped() -> None:
    fields, body = format_action(SERVICES[1], "AddPortMapping", {"NewProtocol": "<&>", "NewExternalPort": 80})
    assert fields["SOAPAction"] == f'"{SERVICES[1]}#AddPortMapping"'
    call = parse_xml(body).children[0].children[0]
    assert (call.name, call.value("NewProtocol"), call.value("NewExternalPort")) == ("AddPortMapping", "<&>", "80")


def test_results_and_faults_are_read() -> None:
    _, body = format_action(SERVICES[1], "GetResponse", {"NewA": "1"})
    assert parse_result(body, "Get") == {"NewA": "1"}
    with pytest.raises(SoapFault, match=r"Conflict \(718\)") as fault:
        parse_result(
            b"<UPnPError><errorCode>718</errorCode><errorDescription>Conflict</errorDescription></UPnPError>", "Get"
        )
    assert fault.value.code == 718
    with pytest.raises(ValueError, match="not SOAP"):
        parse_result(b"<html/>", "Get")
