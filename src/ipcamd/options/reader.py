"""Option reader: merges command line, environment and TOML file."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipcamd.errors import ConfigError
from ipcamd.options.table import OPTIONS, Option
from ipcamd.options.values import Options

Given = str | Sequence[str]
"""Text of an option, or its texts if it was given several times."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options on a command line; values remain texts, None if missing."""
    for option in OPTIONS:
        if option.metavar:
            action = "append" if option.many else "store"
            parser.add_argument(f"--{option.name}", action=action, metavar=option.metavar, help=_explain(option))
        else:
            parser.add_argument(f"--{option.name}", action="store_const", const="on", help=_explain(option))
    parser.add_argument("--config", metavar="FILE", help="TOML file with any of these options; IPCAMD_CONFIG")


def _explain(option: Option) -> str:
    shown = f" (default: {'on' if option.default is True else option.default})" if option.default else ""
    return f"{option.help}{shown}; {option.environment}".replace("%", "%%")


def read_options(given: Mapping[str, Given | None], environment: Mapping[str, str]) -> Options:
    """Merge command line, environment, TOML file and defaults, in this order of precedence. Raises `ConfigError`."""
    path = given.get("config") or environment.get("IPCAMD_CONFIG")
    file, hardware = _toml(Path(str(path))) if path else ({}, {})
    return Options(**{each.field: _value(each, given, environment, file) for each in OPTIONS}, hardware=hardware)


def read_table(table: Mapping[str, Any]) -> Options:
    """Return the options of a TOML file with this content only. Raises `ConfigError`."""
    file, hardware = _given(table)
    return Options(**{each.field: _value(each, {}, {}, file) for each in OPTIONS}, hardware=hardware)


def _value(
    option: Option, given: Mapping[str, Given | None], environment: Mapping[str, str], file: Mapping[str, Given]
) -> Any:
    places = (
        (f"--{option.name}", given.get(option.field)),
        (option.environment, environment.get(option.environment)),
        (option.name, file.get(option.name)),
    )
    for place, found in places:
        if found is not None and option.many:
            texts = [found] if isinstance(found, str) else found
            parts = (part.strip() for text in texts for part in text.split(","))
            return tuple(_parse(option, place, part) for part in parts if part)
        if found is not None:
            return _parse(option, place, str(found))
    return option.default


def _parse(option: Option, place: str, text: str) -> Any:
    try:
        return option.parse(text)
    except ValueError as error:
        raise ConfigError(f"{place} {text!r}: {error}") from error


def _toml(path: Path) -> tuple[Mapping[str, Given], Mapping[str, str]]:
    """Return the options and the drivers of a file."""
    import tomllib

    try:
        return _given(tomllib.loads(path.read_text()))
    except (OSError, ValueError, ConfigError) as error:
        raise ConfigError(f"--config {path}: {error}") from error


def _given(table: Mapping[str, Any]) -> tuple[Mapping[str, Given], Mapping[str, str]]:
    """Return the options and the drivers of a table: ``device`` is the model or a table with ``model`` and drivers."""
    given = {key.replace("_", "-"): value for key, value in table.items()}
    hardware: dict[str, str] = {}
    if isinstance(device := given.get("device"), dict):
        hardware = {key: _joined(f"[device] {key}", value) for key, value in device.items()}
        given["device"] = hardware.pop("model", "virtual")
    known = {option.name: option for option in OPTIONS}
    if unknown := given.keys() - known.keys():
        raise ConfigError(f"unknown option {min(unknown)}; see ipcamd run --help")
    return {name: _texts(known[name], value) for name, value in given.items()}, hardware


def _texts(option: Option, value: object) -> Given:
    if option.many and isinstance(value, list):
        return [_scalar(option.name, one) for one in value]
    return _scalar(option.name, value)


def _joined(key: str, value: object) -> str:
    """Return a text, or several ones separated by commas."""
    return ", ".join(_scalar(key, one) for one in value) if isinstance(value, list) else _scalar(key, value)


def _scalar(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str | int):
        return str(value)
    raise ConfigError(f"{key}: a text, a number, true or false")
