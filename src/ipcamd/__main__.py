"""``python -m ipcamd``."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from ipcamd.cli import command

    sys.exit(command(sys.argv[1:]))


if __name__ == "__main__":
    main()
