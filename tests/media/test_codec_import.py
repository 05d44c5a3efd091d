"""Codec import after a lack of memory."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from ipcamd.media import codec_import

HALF_LOADED = """
import logging, sys
import numpy
from ipcamd.media.codec_import import import_codecs

logging.basicConfig()
for name in [name for name in sys.modules if name.split(".")[0] == "numpy"]:
    del sys.modules[name]
try:
    import_codecs()
except ImportError:
    print("it goes on")
"""
"""A program in which NumPy's library is loaded, but not NumPy, as after an import that failed halfway."""


TOO_MUCH_BYTES = 1 << 60


@pytest.fixture(autouse=True)
def nothing_loaded() -> Iterator[None]:
    codec_import.import_codecs.cache_clear()
    yield
    codec_import.import_codecs.cache_clear()


def test_without_enough_memory_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(codec_import.importlib, "import_module", loaded.append)
    with monkeypatch.context() as patch:
        patch.setattr(codec_import, "NEEDED_BYTES", TOO_MUCH_BYTES)
        with pytest.raises(MemoryError):
            codec_import.import_codecs()
        assert loaded == []
    codec_import.import_codecs()
    assert loaded == ["ipcamd.media.encode.encode_session"]


def test_libraries_that_are_loaded_need_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    codec_import.import_codecs()
    monkeypatch.setattr(codec_import, "NEEDED_BYTES", TOO_MUCH_BYTES)
    codec_import.import_codecs()


def test_a_library_that_cannot_be_loaded_again_ends_the_process_with_the_reason() -> None:
    ended = subprocess.run([sys.executable, "-c", HALF_LOADED], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (codec_import.EXIT_CODE, "")
    assert "the camera ends, because a lack of memory has left a library half loaded" in ended.stderr


def test_a_library_that_is_absent_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise ImportError("No module named 'av'")

    monkeypatch.setattr(codec_import.importlib, "import_module", fail)
    with pytest.raises(ImportError):
        codec_import.import_codecs()
