"""Check of a configuration file: all its errors with their lines (TOML 1.0)."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from ipcamd.device.driver_choice import MODELS, choose_drivers
from ipcamd.errors import ConfigError
from ipcamd.maintenance.firmware.keys import load_trusted_keys
from ipcamd.media.source.source_choice import make_source
from ipcamd.options.reader import read_table
from ipcamd.store.keyvalue import KeyValueStore

_LIMIT_BYTES = 64 * 1024
_LIMIT_LINES = 1000
_LINE = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")

Key = tuple[str, ...]
"""Path of a key in a TOML file: its tables, then its name."""


def check_config(path: Path) -> list[str]:
    """Return a line ``FILE:LINE: problem`` for each problem, in the order of the file, without starting anything."""
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT_BYTES + 1)
        text = data.decode()
    except OSError as error:
        return [f"{path}: {error.strerror}"]
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return [f"{path}:{line}: not UTF-8"]
    if len(data) > _LIMIT_BYTES or text.count("\n") > _LIMIT_LINES:
        return [f"{path}: larger than {_LIMIT_BYTES >> 10} KiB, or more than {_LIMIT_LINES} lines"]
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [_syntax_problem(path, text, str(error))]
    lines = _lines_of_keys(text)
    found = [(lines.get(key, 1), problem) for key, problem in _problems(table)]
    return [f"{path}:{line}: {problem}" for line, problem in sorted(found)]


def _syntax_problem(path: Path, text: str, message: str) -> str:
    found = _LINE.search(message)
    line = int(found[1]) if found else text.count("\n") + 1
    return f"{path}:{line}: {_LINE.sub('', message).removesuffix('(at end of document)').strip()}"


def _problems(table: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    device = table.get("device")
    for key, value in table.items():
        if key != "device" or not isinstance(value, dict):
            yield from _problem((key,), {key: value})
    if isinstance(device, dict):
        model = device["model"] if device.get("model") in MODELS else "virtual"
        for kind, driver in device.items():
            chosen = {kind: driver} if kind == "model" else {"model": model, kind: driver}
            yield from _problem(("device", kind), {"device": chosen})


def _problem(key: Key, table: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    """Yield the problem of the only key in `table`."""
    try:
        chosen = read_table(table)
        if chosen.hardware:
            choose_drivers(chosen.hardware, cast("KeyValueStore", _EmptyStore()), None, chosen.device)
        load_trusted_keys(chosen.firmware_key)
        if chosen.source:
            make_source(chosen.source, tls=chosen.source_tls)
    except ConfigError as error:
        yield key, str(error)


class _EmptyStore:
    """Key-value store of a new camera."""

    def get(self, _: str) -> None:
        """See `KeyValueStore`."""


def _lines_of_keys(text: str) -> dict[Key, int]:
    """Return the first line of each key: the first one at which the text up to there can be parsed and contains the
    key; a value of several lines starts after the last line that could be parsed before it."""
    lines: dict[Key, int] = {}
    parts = text.split("\n")
    begin = 1
    for number in range(1, len(parts) + 1):
        try:
            table = tomllib.loads("\n".join(parts[:number]))
        except tomllib.TOMLDecodeError:
            continue
        for key in _keys(table):
            lines.setdefault(key, begin)
        begin = number + 1
    return lines


def _keys(table: Mapping[str, Any]) -> Iterator[Key]:
    for name, value in table.items():
        yield (name,)
        if isinstance(value, dict):
            yield from ((name, inner) for inner in value)
