"""Still: a picture from a clip, for a mail that cannot contain the clip."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def still(clip: Path) -> bytes | None:
    """Return the clip's middle key frame as JPEG; None if it has none that can be decoded. Blocks."""
    import av  # not imported at the start of the camera, because it takes too long

    try:
        with av.open(str(clip)) as container:
            if container.duration:
                container.seek(container.duration // 2)
            picture: Image = next(container.decode(video=0)).to_image()  # type: ignore[no-untyped-call]
    except (av.FFmpegError, OSError, StopIteration, IndexError):
        return None
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()
