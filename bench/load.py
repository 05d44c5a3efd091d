"""Runs the load generator."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bench.servers import BUILD, Target

Result = dict[str, float]


def watch(target: Target, viewers: int, seconds: float, **options: float) -> Result:
    """Watch the stream with this number of viewers for this time."""
    return _run("mjpeg", target, target.stream, viewers, seconds, options)


def ask(target: Target, path: str, connections: int, seconds: float, body: str = "") -> Result:
    """Request `path` repeatedly on this number of connections; with a `body`, by POST."""
    return _run("snap", target, path, connections, seconds, {"body": body} if body else {})


def write_command(
    mode: str, target: Target, path: str, clients: int, seconds: float, options: Mapping[str, float | str] | None = None
) -> list[str]:
    """Return the command of the load generator."""
    command = [str(BUILD / "camload"), mode, "--port", str(target.port), "--path", path, "--pid", str(target.pid)]
    command += ["--clients", str(clients), "--seconds", str(seconds)]
    for name, value in (options or {}).items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    return [*command, "--header", target.login] if target.login else command


def _run(
    mode: str, target: Target, path: str, clients: int, seconds: float, options: Mapping[str, float | str]
) -> Result:
    command = write_command(mode, target, path, clients, seconds, options)
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=seconds + 120)
    if not done.stdout:
        raise RuntimeError(f"{command}: {done.stderr}")
    result: Result = json.loads(done.stdout)
    return result


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100
