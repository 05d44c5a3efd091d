"""Allocator of the C library: large blocks are used again, and free pages go back to the system."""

import ctypes
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes
from ipcamd.app.process.free_memory import return_free_pages, reuse_large_blocks

class Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd".split()] + [
        ("rest", ctypes.c_size_t * 5)]

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 >> 20

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
libc.mallinfo2.restype = Mallinfo
SETTING
mapped = libc.mallinfo2().hblks
blocks = [libc.malloc(1 << 20) for _ in range(7)]
small = [libc.malloc(100) for _ in blocks]
for block in blocks:
    libc.memset(block, 1, 1 << 20)
print(libc.mallinfo2().hblks - mapped)
before = resident()
for block in blocks:
    libc.free(block)
print(before - resident() > 5)
return_free_pages()
print(before - resident() > 5)
"""
"""Prints the number of mappings of large blocks, and whether their pages are returned: when they are freed, and then by
`return_free_pages`."""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="the C library is not glibc 2.33 or newer")
@pytest.mark.parametrize(
    ("setting", "outcome"), [("", ["7", "True", "True"]), ("reuse_large_blocks()", ["0", "False", "True"])]
)
def test_large_blocks_are_used_again_and_returned_in_time(setting: str, outcome: list[str]) -> None:
    program = PROGRAM.replace("SETTING", setting)
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout.split() == outcome
