# The commands of a checkout. `make run` needs Python 3.11 or newer, make and a package index, nothing else.
#   make run     start the camera:        make run ARGS="--source street.mp4 --port 9000"
#   make test    everything that CI runs; installs what the tests need first
#   make check   format, lint, types, import rules, documentation: seconds, no camera
#   make bench   measure beside other servers: make bench ARGS=--full
#   make soak    prove reliability by long runs, two hours: make soak ARGS="--minutes 10 --kills 50"
#   make deb     build dist/ipcamd_*.deb for this Debian release
#   make setup   only install; afterwards there is .venv/bin/ipcamd

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := run
.PHONY: run setup test check bench soak deb clean

VENV := .venv
ARGS ?=

run: ; @.ci/venv mqtt webrtc && exec $(VENV)/bin/ipcamd run $(ARGS)

setup: ; @.ci/packages & packages=$$!; .ci/venv dev; made=$$?; wait $$packages && exit $$made

# two workers for each core, four at most; a test that fails is named at the end, above the count of those that passed
WORKERS := -n auto --maxprocesses 4 --dist worksteal

test: setup ; @./check --before-tests; checked=$$?; $(VENV)/bin/pytest $(WORKERS) $(ARGS) && exit $$checked

check: ; @.ci/venv dev && ./check

bench: ; @.ci/venv dev bench && .ci/packages bench && $(MAKE) -s -C bench && $(VENV)/bin/python -m bench $(ARGS)

soak: setup ; @$(VENV)/bin/python -m soak $(ARGS)

deb: ; @.ci/venv && .ci/packages deb && packaging/deb

clean: ; @rm -rf $(VENV) bench/build bench/results build dist
