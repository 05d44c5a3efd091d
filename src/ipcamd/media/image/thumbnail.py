"""Thumbnail: a small JPEG of a larger one."""

import io

from ipcamd.errors import RequestFailed

WIDTH = 160
"""Pixels per row; the aspect ratio is kept."""


def shrink_jpeg(jpeg: bytes) -> bytes:
    """Return the same picture, `WIDTH` pixels wide. Blocks. Raises ``RequestFailed`` if it is not a JPEG."""
    from PIL import Image  # not imported at the start of the camera, because it takes too long

    small = io.BytesIO()
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
            height = max(1, round(picture.height * WIDTH / picture.width))
            picture.draft(None, (WIDTH, height))  # decodes at an eighth of the size where that is enough
            picture.resize((WIDTH, height), Image.Resampling.BOX).save(small, "JPEG", quality=80)
    except (OSError, SyntaxError) as error:
        raise RequestFailed(f"the picture cannot be decoded: {error}") from error
    return small.getvalue()
