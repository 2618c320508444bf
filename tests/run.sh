#!/bin/sh
# Everything that is tested, from a bare Debian 12: installs what is missing, builds, runs, counts.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/packages.sh
need $BUILD_PACKAGES $TEST_PACKAGES || exit 1

passed=0
failed=0
part() { # part NAME PASSED FAILED
    echo "-- $1: $2 passed, $3 failed"
    passed=$((passed + $2))
    failed=$((failed + $3))
}
figures() { # figures LOG: what a test has measured, in lines that begin with "figure: "
    sed -n 's/^figure: /   /p' "$1"
}
one() { # one NAME COMMAND…: a part that is a single check
    name=$1
    shift
    if "$@" >build/part.log 2>&1; then
        part "$name" 1 0
    else
        tail -40 build/part.log
        part "$name" 0 1
    fi
}
mkdir -p build

build() { # build PRESET TARGET
    cmake --preset "$1" -G Ninja && ninja -C "build/$1" "$2"
}
openapi_is_clean() {
    build/dev/pledged openapi >build/openapi.json &&
    (cd tests/openapi && npm install --no-audit --no-fund --silent &&
        npx --no-install redocly lint --config redocly.yaml ../../build/openapi.json)
}

one "build with gcc, sanitizers" build dev all
one "build with gcc, release" build release pledged
one "build with clang" build clang all
one "gcc -fanalyzer finds nothing" build analyzer pledged
one "cppcheck finds nothing" cppcheck --enable=warning,performance --inline-suppr --quiet \
    --std=c11 --error-exitcode=1 -Iinclude -Iserver -Iserver/http -Iserver/db \
    -Iserver/api -Iserver/cli -Iledger ledger reports server

for t in build/dev/test_*; do
    [ -x "$t" ] && [ -f "$t" ] || continue
    "$t" >build/unit.log 2>&1
    status=$?
    ok=$(grep -c '^\[       OK \]' build/unit.log)
    bad=$(grep -c '^\[  FAILED  \] [a-z_0-9]*$' build/unit.log)
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    [ "$bad" -gt 0 ] && cat build/unit.log
    part "$(basename "$t")" "$ok" "$bad"
    figures build/unit.log
done

if ls tests/fuzz/fuzz_*.c >/dev/null 2>&1; then
    one "build the fuzzers" build fuzz all
    for f in build/fuzz/fuzz_*; do
        [ -x "$f" ] && [ -f "$f" ] || continue
        mkdir -p "build/corpus/$(basename "$f")"
        cp tests/data/policies/*.json tests/data/schemes/*.json "build/corpus/$(basename "$f")"
        one "$(basename "$f")" "$f" -max_total_time="${FUZZ_SECONDS:-8}" -max_len=4096 \
            -artifact_prefix=build/ -dict=tests/fuzz/json.dict "build/corpus/$(basename "$f")"
    done
fi

for t in tests/it/test_*.py; do
    python3 -m unittest discover -s tests/it -p "$(basename "$t")" >build/it.log 2>&1
    status=$?
    ran=$(sed -n 's/^Ran \([0-9]*\) tests\{0,1\}.*/\1/p' build/it.log)
    bad=$(grep -cE '^(FAIL|ERROR): ' build/it.log)
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    [ "$bad" -gt 0 ] && cat build/it.log
    part "$(basename "$t")" "$((${ran:-0} - bad < 0 ? 0 : ${ran:-0} - bad))" "$bad"
    figures build/it.log
done

one "OpenAPI is lint-clean" openapi_is_clean

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
