"""Recipes: the configuration in docs/with, with the ports and passwords of a test."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.camera import CameraProcess

FOLDER = Path(__file__).parents[3] / "docs/with"
SECRET = "open-sesame-4711"
"""A password that needs no encoding, as the recipes ask for."""


def block(recipe: str, language: str, number: int = 0) -> str:
    """Return a block of code of a recipe."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", (FOLDER / f"{recipe}.md").read_text())[number]


def filled(text: str, camera: CameraProcess, changes: Mapping[str, str]) -> str:
    """Return a block with the addresses of a camera; each further change must find its place."""
    places = {"CAMERA:8554": f"127.0.0.1:{camera.rtsp}", "127.0.0.1:8080": f"127.0.0.1:{camera.port}"}
    for place, value in {**places, "CAMERA:8080": f"127.0.0.1:{camera.port}", "PASSWORD": SECRET}.items():
        text = text.replace(place, value)
    for place, value in changes.items():
        assert place in text, f"{place!r} is not in the recipe"
        text = text.replace(place, value)
    return text


def program(name: str, package: str) -> str:
    """Return the path of a program."""
    path = shutil.which(name, path="/usr/local/bin:/usr/sbin:/usr/bin")
    assert path, f"install {name} (Debian: {package})"
    return path
