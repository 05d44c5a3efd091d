"""Zoom tracking: the focus of the virtual lens follows a zoom of the pan-tilt head."""

from ipcamd.device.trajectory import MovingAxis

SHORT_ZOOM = 0.05
"""Rest of a zoom move, in units of zoom, below which the focus moves on its own."""


def best_focus(zoom: float) -> float:
    """Return the focus of the sharpest picture."""
    return 50 + 10 * (zoom - 1)


def track_zoom(zoom: MovingAxis, focus: MovingAxis, focus_speed: float) -> None:
    """Move the focus to the best one of the zoom's target, in step with a move of the zoom; at rest, do nothing.
    `focus_speed` is in units per second."""
    if not zoom.rest_in_s:
        return
    here, best = focus.position, best_focus(zoom.target)
    way = zoom.target - zoom.position
    if abs(way) < SHORT_ZOOM:
        focus.move_to(best, focus_speed)
    else:
        factor = (best - here) / way
        focus.path = zoom.path.mapped(factor, here - factor * zoom.position)
