"""Static background of the scene: a gallery whose pictures are test charts."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ipcamd.media.planes import Plane
from ipcamd.media.source.drawing import load_font, to_planes
from ipcamd.media.source.scene.plan import Box, Plan

_WALL, _FLOOR, _SKIRTING, _FRAME, _MOUNT, _INK = "#cfcbc2", "#9a7650", "#ece8df", "#2a2520", "#f4f1ea", "#4a463f"
_BARS = ("#ffffff", "#ffff00", "#00ffff", "#00ff00", "#ff00ff", "#ff0000", "#0000ff", "#000000")
_BOARD = "#151b24"
"""Background of the board at the top."""
_LABELS = ("Colours and greys", "Zone plate", "Star and gratings")
_GREYS = 11
_SPOKES = 36


def draw_gallery(plan: Plan) -> list[Plane]:
    """Return the whole background."""
    image = Image.fromarray(_lit_room(plan))
    draw = ImageDraw.Draw(image)
    for box, chart, label in zip(plan.charts, (_bars, _zone_plate, _star), _LABELS, strict=True):
        inner = _hang(draw, plan, box, label)
        image.paste(chart(inner.width, inner.height), (inner.left, inner.top))
    _head(draw, plan)
    return to_planes(image)


def _lit_room(plan: Plan) -> NDArray[np.uint8]:
    """Return wall and floor in the light of three lamps."""
    width, height = plan.size
    image = Image.new("RGB", plan.size, _WALL)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, plan.floor, width, height), _FLOOR)
    _boards(draw, plan)
    draw.rectangle((0, plan.floor - plan.at(0.22), width, plan.floor), _SKIRTING)
    draw.rectangle((0, plan.floor, width, plan.floor + plan.at(0.04)), "#5d452d")
    across = np.arange(width, dtype=np.float32)[None, :]
    down = np.arange(height, dtype=np.float32)[:, None]
    light = _light(plan, across, down)
    return np.clip(np.asarray(image) * light[:, :, None], 0, 255).astype(np.uint8)


def _light(plan: Plan, across: NDArray[np.float32], down: NDArray[np.float32]) -> NDArray[np.float32]:
    unit = plan.unit
    light = 0.66 + 0.0 * (across + down)
    for box in plan.charts:
        x, y = (box.left + box.width / 2), box.top + box.height * 0.45
        light += 0.5 * np.exp(-(((across - x) / (2.5 * unit)) ** 2)) * np.exp(-(((down - y) / (2.6 * unit)) ** 2))
        light += (
            0.42 * np.exp(-(((across - x) / (3.2 * unit)) ** 2)) * np.exp(-(((down - plan.ground) / (0.9 * unit)) ** 2))
        )
    return light.astype(np.float32)


def _boards(draw: ImageDraw.ImageDraw, plan: Plan) -> None:
    """Draw floor boards that lead away from the viewer."""
    width, height = plan.size
    line = max(1, plan.at(0.018))
    for board in range(-40, 41):
        near = width / 2 + board * plan.unit * 1.3
        far = width / 2 + board * plan.unit * 0.8
        shade = "#84633f" if board % 2 else "#8d6b46"
        draw.line((far, plan.floor, near, height), shade, line)


def _hang(draw: ImageDraw.ImageDraw, plan: Plan, box: Box, label: str) -> Box:
    """Draw a picture's frame and label; return the area of the picture itself."""
    shadow, rim, mount = plan.at(0.1), plan.at(0.08), plan.at(0.16)
    right, bottom = box.left + box.width, box.top + box.height
    draw.rectangle((box.left + shadow // 2, box.top + shadow, right + shadow // 2, bottom + shadow), "#8f8b83")
    draw.rectangle((box.left, box.top, right - 1, bottom - 1), _FRAME)
    draw.rectangle((box.left + rim, box.top + rim, right - rim - 1, bottom - rim - 1), _MOUNT)
    if plan.unit >= 32:
        draw.text((box.left + box.width / 2, bottom + plan.unit * 0.3), label, _INK, load_font(plan.unit * 0.19), "mm")
    inset = rim + mount
    return Box(box.left + inset, box.top + inset, box.width - 2 * inset, box.height - 2 * inset)


def _head(draw: ImageDraw.ImageDraw, plan: Plan) -> None:
    """Draw the strip over the gallery: its name, and the background of the board (see `clock_board`)."""
    unit = plan.unit
    draw.rectangle((0, 0, plan.size[0], plan.head - 1), _BOARD)
    draw.text((unit * 0.55, unit * 0.93), "ipcamd", "#f2efe8", load_font(unit * 0.82), "ls")
    width, height = plan.size
    draw.text(
        (unit * 0.58, unit * 1.31), f"built-in scene   {width} x {height}", "#9fb0c3", load_font(unit * 0.235), "ls"
    )


def _bars(width: int, height: int) -> Image.Image:
    """Eight colour bars over a staircase of greys and a smooth ramp."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    upper, lower = round(height * 0.62), round(height * 0.84)
    for index, color in enumerate(_BARS):
        draw.rectangle((index * width // 8, 0, (index + 1) * width // 8 - 1, upper - 1), color)
    for index in range(_GREYS):
        grey = round(255 * index / (_GREYS - 1))
        draw.rectangle((index * width // _GREYS, upper, (index + 1) * width // _GREYS - 1, lower - 1), (grey,) * 3)
    ramp = np.linspace(0, 255, width).astype(np.uint8)[None, :].repeat(height - lower, 0)
    image.paste(Image.fromarray(ramp), (0, lower))
    return image


def _zone_plate(width: int, height: int) -> Image.Image:
    """Rings that get finer outwards, up to the limit of the pixels at the left and right edges."""
    x, y = _centred(width, height)
    rings = np.cos((x**2 + y**2) * np.pi / width)
    return Image.fromarray((127.5 + 127.5 * rings).astype(np.uint8))


def _star(width: int, height: int) -> Image.Image:
    """A star of spokes between gratings whose lines are 1, 2, 3 and 4 pixels wide."""
    x, y = _centred(width, height)
    radius = np.hypot(x, y)
    spokes = np.clip(0.5 + np.sin(np.arctan2(y, x) * _SPOKES) * radius / _SPOKES, 0, 1)
    edge = np.clip(min(width, height) * 0.47 - radius + 0.5, 0, 1)
    image = (255 * (1 - edge * (1 - spokes))).astype(np.uint8)
    band = max(2, (width - height) // 4)
    for index in range(4):
        rows = slice(index * height // 4, (index + 1) * height // 4)
        for place, upright in ((image[rows, :band], index % 2 == 1), (image[rows, -band:], index % 2 == 0)):
            place[:] = _grating(place.shape[1] if upright else place.shape[0], index + 1, upright)
    return Image.fromarray(image)


def _grating(length: int, line: int, upright: bool) -> NDArray[np.uint8]:
    """Return black and white lines of this width in pixels, as a row if they are upright, else as a column."""
    lines = (np.arange(length) // line % 2 * 255).astype(np.uint8)
    return lines[None, :] if upright else lines[:, None]


def _centred(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    across, down = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    return across[None, :] - (width - 1) / 2, down[:, None] - (height - 1) / 2
