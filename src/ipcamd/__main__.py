"""``python -m ipcamd``."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # numpy's linear algebra library, which is not used here, would start a thread for each core
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()  # objects created at the start are permanent; the camera enables the collector when it is ready
    from ipcamd.app.process.standard_streams import open_closed_streams

    open_closed_streams()
    from ipcamd.app.shutdown import end_process
    from ipcamd.cli import command

    end_process(command(sys.argv[1:]))


if __name__ == "__main__":
    main()
