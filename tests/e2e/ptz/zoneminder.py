"""ZoneMinder's control modules, from Debian's package: each drives a camera or a serial line as ZoneMinder does."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_HARNESS = Path(__file__).with_name("zoneminder.pl")
_MODULES = Path(__file__).parents[3] / "build/zoneminder"


@contextlib.contextmanager
def module_done(module: str, commands: list[str], address: str = "", device: str = "") -> Iterator[None]:
    """Call the subroutines of a module, ``NAME PARAMETER=VALUE ...`` each; all of them must succeed. The module has its
    device open until the end."""
    program = shutil.which("perl")
    assert program, "install perl"
    assert _MODULES.exists(), "ZoneMinder is missing: .ci/packages unpacks Debian's package zoneminder into build/"
    arguments = [program, "-I", str(_MODULES), str(_HARNESS), module, address, device]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write("".join(f"{command}\n" for command in commands))
            process.stdin.flush()
        for command in commands:
            assert process.stdout.readline() == "done\n", (command, process.stderr.read())
        yield
