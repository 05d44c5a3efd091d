"""ONVIF requests a second, beside a bare web server that reads the same requests."""

import statistics
from pathlib import Path

from bench import load, servers
from bench.servers import Target
from bench.table import Row, Yardstick

SERVICE = "/onvif/device_service"
CONNECTIONS, ROUNDS = 20, 3
OPERATIONS = ("GetSystemDateAndTime", "GetDeviceInformation", "GetHostname")
"""Small requests that clients send often: the first without a login, like each client that looks for the time."""
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    '<tds:{name} xmlns:tds="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
)


def onvif(folder: Path, seconds: float) -> list[Row]:
    """Ask this camera, and a bare server without a login, in turn; the median of the rounds counts."""
    picture = folder / "snapshot.jpg"
    picture.write_bytes(b"")
    with servers.ipcamd(folder, "--source=scene") as camera, servers.bare(picture) as plain:
        targets: dict[str, tuple[Target, str]] = dict.fromkeys(OPERATIONS, (camera, SERVICE))
        runs: dict[str, list[float]] = {name: [] for name in (*OPERATIONS, plain.name)}
        for _ in range(ROUNDS):
            for name, (target, path) in (targets | {plain.name: (plain, "/answer")}).items():
                body = ENVELOPE.format(name=name if name in OPERATIONS else OPERATIONS[0])
                runs[name].append(load.ask(target, path, CONNECTIONS, seconds / 2, body)["requests_per_cpu_s"])
    beside = Yardstick(plain.name, statistics.median(runs[plain.name]))
    rates = {name: statistics.median(runs[name]) for name in OPERATIONS}
    return [Row(f"ONVIF {name}, per CPU second", rate, "1/s", beside, 0.5, 1.0) for name, rate in rates.items()]
