"""``python -m ipcamd``."""

import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # numpy's library for matrices, of which nothing here makes use, would start a thread for each core
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from ipcamd.cli import command

    sys.exit(command(sys.argv[1:]))


if __name__ == "__main__":
    main()
