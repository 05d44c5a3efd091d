"""Tampering detector: detects a dark, a bright and a changed scene in successive small grey pictures.

Only media threads import this module, because it imports numpy.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ipcamd.event_bus import Tampering
from ipcamd.media.image.analysis_tap import AnalysisFrame
from ipcamd.media.planes import Plane
from ipcamd.tampering.lasting_state import LastingState
from ipcamd.tampering.scene_texture import Grey, Scene, halve

DARK_BEGINS = 30
"""Brightness, 0 to 255, of the darkest nine tenths at which the state "too dark" begins; a lit night scene
stays above."""
DARK_ENDS = 45
"""The same brightness at which the state ends."""
BRIGHT_BEGINS = 225
"""Brightness, 0 to 255, of the brightest nine tenths at which the state "too bright" begins."""
BRIGHT_ENDS = 205
"""The same brightness at which the state ends."""
ADAPT_S = 60.0
"""Seconds after which a changed scene becomes the reference."""
LEARN_S = 5.0
"""Seconds for which a new scene is learnt before pictures are compared with it."""
MAX_GAP_S = 60.0
"""Seconds without a picture after which the scene is learnt again."""


class TamperingDetector:
    """Detector of one picture source. For one thread. Times are seconds on a monotonic clock."""

    def __init__(self) -> None:
        self._states = {kind: LastingState() for kind in Tampering}
        self._scene: Scene | None = None
        self._view: tuple[int, object] = 0, None
        self._begun_s = 0.0
        self._last_s = 0.0
        self._changed_since_s: float | None = None

    def detect(self, frame: AnalysisFrame, now_s: float, head: object = None) -> Mapping[int, bool]:
        """Return the present state of each `Tampering`.

        Without a video signal all states stay. After a change of `head`, the position of the camera's motors, the scene
        is learnt again.
        """
        if frame.plane is None:
            for state in self._states.values():
                state.pause()
        else:
            view = frame.view, head
            if view != self._view or now_s - self._last_s > MAX_GAP_S:
                self._scene = None
            self._view, self._last_s = view, now_s
            self._look(frame.plane, now_s, frame.visible)
        return {kind: state.is_on for kind, state in self._states.items()}

    def _look(self, plane: Plane, now_s: float, visible: NDArray[np.bool_] | None) -> None:
        sample = plane[::2, ::2] if visible is None else plane[::2, ::2][visible[::2, ::2]]
        if not sample.size or not self._is_exposed(sample, now_s):
            self._states[Tampering.SCENE_CHANGE].pause()
        elif self._scene is None:
            self._begin(halve(plane), now_s)
        else:
            self._compare(self._scene, halve(plane), now_s)

    def _is_exposed(self, sample: NDArray[np.uint8], now_s: float) -> bool:
        """Evaluate the brightness of a sample of pixels; return whether the picture shows anything."""
        dark, bright = self._states[Tampering.TOO_DARK], self._states[Tampering.TOO_BRIGHT]
        low, high = np.percentile(sample, (10, 90))
        is_dark = bool(high < (DARK_ENDS if dark.is_on else DARK_BEGINS))
        is_bright = bool(low > (BRIGHT_ENDS if bright.is_on else BRIGHT_BEGINS))
        dark.see(is_dark, now_s)
        bright.see(is_bright, now_s)
        return not is_dark and not is_bright

    def _compare(self, scene: Scene, picture: Grey, now_s: float) -> None:
        state = self._states[Tampering.SCENE_CHANGE]
        is_changed = now_s - self._begun_s >= LEARN_S and scene.is_missing(picture, state.is_on)
        state.see(is_changed, now_s)
        if not is_changed:
            self._changed_since_s = None
            scene.learn(picture)
        elif self._changed_since_s is None:
            self._changed_since_s = now_s
        elif now_s - self._changed_since_s >= ADAPT_S:
            self._begin(picture, now_s)

    def _begin(self, picture: Grey, now_s: float) -> None:
        """Take the picture as the new reference scene."""
        self._scene, self._begun_s, self._changed_since_s = Scene(picture), now_s, None
        self._states[Tampering.SCENE_CHANGE] = LastingState()
