#!/bin/sh
# Everything that is tested, from a bare Debian 12: installs what is missing, builds, runs, counts.
# The parts and their order are in tests/parts.py.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/packages.sh
need $BUILD_PACKAGES $TEST_PACKAGES || exit 1
exec python3 tests/parts.py
