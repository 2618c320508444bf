#!/bin/sh
# From a fresh clone to a running ledger: install, build, serve on a private database, load the sample
# book with the real import and a sample of everything else, print the targets, show tokens, stay up until Ctrl-C.
set -eu
cd "$(dirname "$0")/.."
. tests/packages.sh
need $BUILD_PACKAGES python3

mkdir -p build
cmake --preset release -G Ninja >build/quickstart.log
ninja -C build/release pledged >>build/quickstart.log || { tail -30 build/quickstart.log; exit 1; }

pledged=build/release/pledged
PLEDGED_DATA=${PLEDGED_DATA:-$PWD/data}
PLEDGED_LISTEN=${PLEDGED_LISTEN:-127.0.0.1:8420}
export PLEDGED_DATA PLEDGED_LISTEN
url=http://$PLEDGED_LISTEN
mkdir -p "$PLEDGED_DATA"
log=$PLEDGED_DATA/pledged.log
tokens=$PLEDGED_DATA/quickstart.tokens
: >"$log"

$pledged serve 2>>"$log" &
daemon=$!
stop() {
    trap '' INT TERM
    kill -TERM "$daemon" 2>/dev/null || true
    wait "$daemon" || true
    echo
    echo "stopped; the data stays in $PLEDGED_DATA"
    exit 0
}
trap stop INT TERM
until grep -q '"event":"ready"' "$log"; do
    if ! kill -0 "$daemon" 2>/dev/null; then
        cat "$log"
        echo "pledged did not start (is $PLEDGED_LISTEN taken? set PLEDGED_LISTEN)" >&2
        exit 1
    fi
    sleep 0.1
done

# One organisation a line: code, kind, name, district. Tokens of an earlier start are used again.
umask 077
touch "$tokens"
tab=$(printf '\t')
while IFS=$tab read -r code kind name district; do
    grep -q "^$code$tab" "$tokens" && continue
    $pledged org add --code "$code" --kind "$kind" --name "$name" \
        ${district:+--district "$district"} >/dev/null
    printf '%s\t%s\t%s\n' "$code" "$kind" \
        "$($pledged token add --org "$code" --person quickstart)" >>"$tokens"
done <tests/data/sample/orgs.tsv
token_of() { awk -F '\t' -v kind="$1" '$2 == kind { print $3; exit }' "$tokens"; }

if [ ! -e "$PLEDGED_DATA/quickstart.loaded" ]; then
    echo "loading the sample book (synthetic rows, published totals; see tests/data/sample/README.md)"
    for file in tests/data/sample/*.csv; do
        code=$(basename "$file" .csv)
        $pledged import --url "$url" --token "$(awk -F '\t' -v code="$code" '$1 == code { print $3 }' "$tokens")" "$file"
    done
    echo "loading deals, catalogue, events, registers, insurance, a claim, a subsidy; sealing (all invented; tests/data/half)"
    python3 tests/data/load_half.py "$url" "$tokens" "$pledged"
    touch "$PLEDGED_DATA/quickstart.loaded"
fi

echo
$pledged targets --url "$url" --token "$(token_of finance)" --quarter 2023Q4
echo
echo "console $url/console/   links that sign in once, within 30 minutes, on this machine:"
for kind in finance ip_office district bank insurer guarantor auditor; do
    code=$(awk -F '\t' -v kind="$kind" '$2 == kind { print $1; exit }' "$tokens")
    printf '  %-10s %s\n' "$kind" "$($pledged console-link --org "$code" --person quickstart --minutes 30)"
done
echo
echo "serving $url   (log: $log)"
for kind in bank insurer guarantor district finance ip_office auditor; do
    printf '  %-10s %s\n' "$kind" "$(token_of $kind)"
done
echo
echo "try:  curl -s -H 'Authorization: Bearer $(token_of finance)' '$url/v1/loans?limit=1'"
echo "Ctrl-C stops it."
wait "$daemon" || true
