"""SOAP client for tests, written from the specifications: builds a request, and checks the answer by the schemas."""

from dataclasses import dataclass
from xml.etree import ElementTree

from tests.e2e.camera import Answer, Client
from tests.onvif.schemas import SOAP, check_message

NAMESPACES = {
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "tmd": "http://www.onvif.org/ver10/deviceIO/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "trc": "http://www.onvif.org/ver10/recording/wsdl",
    "trp": "http://www.onvif.org/ver10/replay/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "tns1": "http://www.onvif.org/ver10/topics",
    "s": SOAP,
}
_DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


@dataclass(frozen=True)
class Result:
    """Answer to one request."""

    status: int
    content: ElementTree.Element
    raw: str

    @property
    def fault(self) -> list[str]:
        """Subcodes of a fault, the outermost first, then its reason; [] for another answer."""
        if self.content.tag != f"{{{SOAP}}}Fault":
            return []
        return [*self.texts("s:Subcode/s:Value"), self.text("s:Reason/s:Text")]

    def texts(self, path: str) -> list[str]:
        return [each.text or "" for each in self.content.findall(f".//{path}", NAMESPACES)]

    def text(self, path: str) -> str:
        return self.texts(path)[0]


def write_envelope(operation: str, content: str = "", header: str = "") -> bytes:
    """Return a request such as ``tds:GetScopes`` with this content."""
    return (
        f"<s:Envelope {_DECLARATIONS}><s:Header>{header}</s:Header>"
        f"<s:Body><{operation}>{content}</{operation}></s:Body></s:Envelope>"
    ).encode()


class OnvifClient:
    """Sends requests to one camera."""

    def __init__(self, client: Client, path: str = "/onvif/device_service") -> None:
        self._client = client
        self._path = path

    def at(self, url: str) -> "OnvifClient":
        """Return a client for another address of the same camera."""
        return OnvifClient(self._client, "/" + url.split("/", 3)[3])

    def ask(self, operation: str, content: str = "", header: str = "") -> Result:
        """Send a request such as ``tds:GetScopes`` with this content."""
        return self.send(write_envelope(operation, content, header))

    def send(self, document: bytes) -> Result:
        answer = self.post(document)
        return Result(answer.status, check_message(answer.body), answer.text)

    def post(self, document: bytes) -> Answer:
        return self._client.ask("POST", self._path, document, Content_Type="application/soap+xml; charset=utf-8")

    def change(self, operation: str, content: str = "") -> Result:
        """Send a request; fail unless it is carried out."""
        result = self.ask(operation, content)
        assert result.status == 200, result.raw
        return result

    def refuse(self, operation: str, content: str = "", header: str = "") -> list[str]:
        """Send a request that must be refused; return the subcodes and the reason of the fault."""
        result = self.ask(operation, content, header)
        assert result.fault, result.raw
        return result.fault
