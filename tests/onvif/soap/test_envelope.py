"""SOAP requests: the same small one is parsed once, unless it cannot come again."""

import pytest

from ipcamd.onvif.soap.envelope import REPEATED_LIMIT, read_request
from ipcamd.onvif.soap.fault import Fault

ENVELOPE = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{}<s:Body><{}/></s:Body></s:Envelope>'


def test_a_request_that_is_repeated_is_parsed_once() -> None:
    first, again, other = (read_request(ENVELOPE.format("", name).encode()) for name in ("One", "One", "Two"))
    assert again is first
    assert (first.operation.name, other.operation.name) == ("One", "Two")


@pytest.mark.parametrize("header", ["<Security/>", "<MessageID/>", "<Password/>", f"<!--{'a' * REPEATED_LIMIT}-->"])
def test_a_request_that_comes_only_once_is_not_remembered(header: str) -> None:
    document = ENVELOPE.format(f"<s:Header>{header}</s:Header>", "One").encode()
    assert read_request(document) is not read_request(document)


def test_a_bad_request_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(Fault, match="no operation"):
            read_request(ENVELOPE.replace("<{}/>", "").format("").encode())
