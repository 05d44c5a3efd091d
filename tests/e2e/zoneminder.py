"""ZoneMinder's control modules, from Debian's package: each drives a camera or a serial line as ZoneMinder does."""

import shutil
import subprocess
from pathlib import Path

_HARNESS = Path(__file__).with_name("zoneminder.pl")
_MODULES = Path(__file__).parents[2] / "build/zoneminder"


def run_module(module: str, commands: list[str], address: str = "", device: str = "") -> None:
    """Call the subroutines of a module, ``NAME PARAMETER=VALUE ...`` each; all of them must succeed."""
    program = shutil.which("perl")
    assert program, "install perl"
    assert _MODULES.exists(), "ZoneMinder is missing: .ci/packages unpacks Debian's package zoneminder into build/"
    arguments = [program, "-I", str(_MODULES), str(_HARNESS), module, address, device]
    text = "".join(f"{command}\n" for command in commands)
    done = subprocess.run(arguments, input=text, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n" * len(commands)), done.stderr

