#!/bin/sh
# The table of speeds (table.py), from a bare Debian 12: installs what is missing and builds a release.
#   sh tests/bench/run.sh [--quick] [PART …]
set -eu
cd "$(dirname "$0")/../.."
. tests/packages.sh
need $BUILD_PACKAGES wrk nginx-light nodejs npm python3 python3-jsonschema
[ -f build/release/build.ninja ] || cmake --preset release -G Ninja
ninja -C build/release pledged
exec python3 tests/bench/table.py "$@"
