"""Requests a second: snapshots and answers, with login, on kept connections."""

from pathlib import Path

from bench import load, servers
from bench.table import Row

LIST = "/cgi/admin/param.cgi?action=list&group=Image.H264"


def requests(folder: Path, seconds: float) -> list[Row]:
    """Snapshots and answers of param.cgi, with login, on 20 kept connections."""
    with servers.ipcamd(folder, "--source=scene") as target:
        target.client.get(target.snapshot)
        shots = load.ask(target, target.snapshot, 20, seconds)
        answers = load.ask(target, LIST, 20, seconds)
    return [
        Row("snapshots a second (login, keep-alive)", shots["requests_per_s"], 10_000, 25_000, "1/s"),
        Row("snapshots a processor second", shots["requests_per_cpu_s"], unit="1/s"),
        Row("CGI answers a second (login, keep-alive)", answers["requests_per_s"], 15_000, 30_000, "1/s"),
        Row("CGI answer, p99", answers["delay_p99_ms"], unit="ms", less=True),
    ]
