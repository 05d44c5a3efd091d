"""Envelope fuzzer: sample requests with random damage, sent to a real camera, are carried out or refused; a refused one
changes nothing, and nothing breaks the camera."""

import http.client
import random
import re

from tests.e2e.camera import CameraProcess, basic
from tests.onvif.client import write_envelope
from tests.onvif.samples import SAMPLES
from tests.onvif.samples.sample import PARAMETER
from tests.onvif.schemas import check_message
from tests.onvif.stored import stored
from tests.wire.fuzzer import mutate

BATCH = 100
"""Envelopes from one look at the settings to the next."""
VALIDATED = 20
"""Each answer of that number is checked by the schemas."""
PASSWORD = "horse 42"
VALUES = (
    "", " ", "-1", "0", "1e99", "-.5", "NaN", "INF", "99999999999999999999", "true", "h264", "video_source0", "PT0.1S",
    "-P1Y", "P99999999999999999Y", "0001-01-01T00:00:00+23:59", "2031-02-30T25:00:00Z", "tns1:Device//.", "|",
    "~" * 300, "&#0;", "&amp;lt;", "\u2603", "]]>", "<tt:Name/>", "All",
)  # fmt: skip
"""Texts that values are replaced by."""
FOR_GUESTS = (
    # they would cut the connection, end the login or the camera
    "tds:SystemReboot", "tds:SetSystemFactoryDefault", "tds:SetSystemDateAndTime", "tds:SetNTP", "tds:SetDynamicDNS",
    "tds:SetDNS", "tds:SetNetworkInterfaces", "tds:SetNetworkDefaultGateway", "tds:SetNetworkProtocols", "tds:SetUser",
    "tds:DeleteUsers", "tds:SetIPAddressFilter", "tds:AddIPAddressFilter", "tds:RemoveIPAddressFilter",
)  # fmt: skip
"""Operations that only a guest tries, who may not call them; the parser of envelopes is fuzzed with them all."""
SUBSCRIBE = "wsnt:Subscribe"
"""Operation that nobody tries: the camera would call other hosts."""
_VALUE = re.compile(rb">[^<>]*</|=\"[^\"]*\"")
_CHANGED = re.compile(rb"<(?:\w+:)(?!Get|Find|EndSearch|Pull|CreatePull|Renew|Unsubscribe|SetSync)\w+Response[ />]")


class EnvelopeFuzzer:
    """Fuzzer of one camera. A run is determined by its number, so a failure can be repeated."""

    def __init__(self, camera: CameraProcess) -> None:
        camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="viewer", pwd=PASSWORD, grp="guest")
        self._camera = camera
        seeds = {
            name: write_envelope(name, PARAMETER.sub("1", sample.content))
            for name, sample in SAMPLES.items()
            if name != SUBSCRIBE
        }
        self._seeds = {
            "viewer": list(seeds.values()),
            "admin": [seed for name, seed in seeds.items() if name not in FOR_GUESTS],
        }
        self._logins = {"viewer": basic("viewer", PASSWORD), "admin": camera.client.login()}

    def run(self, first: int, count: int) -> None:
        """Send envelopes of these numbers. Raises ``AssertionError`` with the request that broke the camera."""
        connection = http.client.HTTPConnection("127.0.0.1", self._camera.port, timeout=60)
        for start in range(first, first + count, BATCH):
            user = ("admin", "viewer")[start // BATCH % 2]
            before, has_changed = stored(self._camera.client), False
            for number in range(start, min(start + BATCH, first + count)):
                data = self._envelope(user, number)
                has_changed |= self._send(connection, user, number, data)
            if not has_changed:
                assert stored(self._camera.client) == before, f"refused envelopes {start} and later changed something"
        connection.close()
        assert "Traceback" not in self._camera.log, self._camera.log

    def _envelope(self, user: str, number: int) -> bytes:
        chance = random.Random(number)
        seeds = self._seeds[user]
        return mutate(seeds, chance) if chance.random() < 0.4 else replace_values(chance.choice(seeds), chance)

    def _send(self, connection: http.client.HTTPConnection, user: str, number: int, data: bytes) -> bool:
        """Send one; return whether it may have changed something."""
        connection.request("POST", "/onvif/device_service", data, self._logins[user])
        answer = connection.getresponse()
        body = answer.read()
        problem = f"envelope {number} of {user}, {data!r}: {answer.status} {body!r}"
        assert answer.status in (200, 400, 500) and b"an internal error" not in body, problem
        if number % VALIDATED == 0:
            check_message(body)
        has_changed = answer.status == 200 and bool(_CHANGED.search(body))
        assert not (has_changed and user == "viewer"), problem
        return has_changed


def replace_values(envelope: bytes, chance: random.Random) -> bytes:
    """Return an envelope with other values in some of its elements and attributes."""
    places = [match.span() for match in _VALUE.finditer(envelope, envelope.index(b"<s:Body>"))]
    for start, end in sorted(chance.sample(places, min(len(places), chance.randint(1, 2))), reverse=True):
        value = chance.choice(VALUES).encode()
        old = envelope[start:end]
        envelope = envelope[:start] + (b">%s</" % value if old[:1] == b">" else b'="%s"' % value) + envelope[end:]
    return envelope
