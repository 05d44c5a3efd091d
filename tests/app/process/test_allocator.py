"""Large blocks of the C library: mapped for themselves, also after one was freed."""

import ctypes
import subprocess
import sys

import pytest

MAPPED = """
import ctypes
from ipcamd.app.process.allocator import return_large_blocks

class Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd".split()] + [
        ("rest", ctypes.c_size_t * 5)]

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
libc.mallinfo2.restype = Mallinfo
SETTING
libc.free(libc.malloc(1 << 20))
before = libc.mallinfo2().hblks
libc.malloc(1 << 20)
print(libc.mallinfo2().hblks - before)
"""
"""Prints the number of mappings that a large block gets after another one was freed."""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="the C library is not glibc 2.33 or newer")
@pytest.mark.parametrize(("setting", "mappings"), [("", "0"), ("return_large_blocks()", "1")])
def test_a_large_block_goes_back_to_the_system_also_after_another(setting: str, mappings: str) -> None:
    program = MAPPED.replace("SETTING", setting)
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == mappings
