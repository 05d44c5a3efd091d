"""Codec import: loads PyAV, NumPy and the encoders, so that a lack of memory does not leave them half loaded."""

import importlib
import logging
import os
from functools import cache

_log = logging.getLogger(__name__)

NEEDED_BYTES = 96 << 20
"""Memory that these libraries allocate while they are loaded."""
EXIT_CODE = 1
"""Exit code with which a service manager starts the camera again."""
_FINAL = ("more than once per process", "Re-initialisation is not supported")
"""Messages with which NumPy and Cython refuse to be loaded again in a process in which this once failed."""


@cache
def import_codecs() -> None:
    """Import the encoders, unless they are loaded. Raises ``MemoryError`` if there is too little memory, before it
    loads anything: FFmpeg's libraries may crash in want of memory. Ends the process if an earlier attempt has made
    others impossible."""
    try:
        bytes(NEEDED_BYTES)
        importlib.import_module("ipcamd.media.encode.encode_session")
    except ImportError as error:
        if any(words in str(error) for words in _FINAL):
            _log.critical("the camera ends, because a lack of memory has left a library half loaded: %s", error)
            logging.shutdown()
            os._exit(EXIT_CODE)
        raise
