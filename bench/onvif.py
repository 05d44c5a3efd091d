"""ONVIF requests per second, compared with a bare web server that reads the same requests."""

import statistics
from collections import defaultdict
from pathlib import Path

from bench import load, servers
from bench.onvif_logins import ask_with_digest, ask_with_token
from bench.servers import Target
from bench.table import Row, Yardstick

SERVICE = "/onvif/device_service"
CONNECTIONS, ROUNDS = 20, 3
OPERATIONS = ("GetSystemDateAndTime", "GetDeviceInformation", "GetHostname")
"""Small requests that clients send often, with HTTP Basic."""
WITH_LOGIN, LOGINS = "GetDeviceInformation", {"HTTP Digest": ask_with_digest, "UsernameToken": ask_with_token}
"""Request with a new login each time."""
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    '<tds:{name} xmlns:tds="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
)


def onvif(folder: Path, seconds: float) -> list[Row]:
    """Send requests to this camera and to a bare server without a login, in turns; return medians of the rounds."""
    picture = folder / "snapshot.jpg"
    picture.write_bytes(b"")
    with servers.ipcamd(folder, "--source=scene") as camera, servers.bare(picture) as plain:
        runs: dict[str, list[float]] = defaultdict(list)
        for _ in range(ROUNDS):
            for name in OPERATIONS:
                runs[name].append(_ask(camera, SERVICE, name, seconds))
            for login, ask in LOGINS.items():
                runs[login].append(ask(camera, SERVICE, _envelope(WITH_LOGIN), CONNECTIONS, seconds / 2))
            runs[plain.name].append(_ask(plain, "/answer", OPERATIONS[0], seconds))
    rates = {name: statistics.median(found) for name, found in runs.items()}
    beside = Yardstick(plain.name, rates.pop(plain.name))
    rows = [Row(f"ONVIF {name}, per CPU second", rates[name], "1/s", beside, 0.5, 1.0) for name in OPERATIONS]
    return [*rows, *(Row(f"ONVIF {WITH_LOGIN}, {login}", rates[login], "1/s", beside) for login in LOGINS)]


def _ask(target: Target, path: str, operation: str, seconds: float) -> float:
    return load.ask(target, path, CONNECTIONS, seconds / 2, _envelope(operation))["requests_per_cpu_s"]


def _envelope(operation: str) -> str:
    return ENVELOPE.format(name=operation)
