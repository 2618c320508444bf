#!/bin/sh
# One signed request (RFC 9421, RFC 9530) with openssl and curl:
#   signed_request.sh KEY_FILE METHOD URL [BODY_FILE [CONTENT_TYPE]]
# KEY_FILE holds what `pledged token add --hmac sha256` (or sm3) printed: the id of the key and the key.
set -eu
read -r id key < "$1"
method=$2 url=$3 body=${4:-} type=${5:-application/json}
case $id in plm_*) digest=sm3 alg=hmac-sm3 ;; *) digest=sha256 alg=hmac-sha256 ;; esac

rest=${url#*://} target=/
case $rest in */*) target=/${rest#*/} ;; esac
path=${target%%\?*}
nonce=$(openssl rand -hex 16) created=$(date +%s)

covered='"@method" "@path"'
base="\"@method\": $method
\"@path\": $path
"
set -- -sS -X "$method" -w '\n%{http_code}\n'
case $target in *\?*)
    covered="$covered \"@query\""
    base="$base\"@query\": ?${target#*\?}
" ;;
esac
if [ -n "$body" ]; then
    sum="sha-256=:$(openssl dgst -sha256 -binary "$body" | openssl base64 -A):"
    covered="$covered \"content-digest\" \"content-type\""
    base="$base\"content-digest\": $sum
\"content-type\": $type
"
    set -- "$@" --data-binary "@$body" -H "Content-Type: $type" -H "Content-Digest: $sum"
fi
params="($covered);created=$created;nonce=\"$nonce\";keyid=\"$id\";alg=\"$alg\""
# openssl takes the key as an argument, which ps shows for that moment: where others share the machine, use the
# Python client.
mac=$(printf '%s' "$base\"@signature-params\": $params" |
    openssl dgst -"$digest" -mac HMAC -macopt "hexkey:$(printf '%s' "$key" | od -An -v -tx1 | tr -d ' \n')" -binary |
    openssl base64 -A)
exec curl "$@" -H "Signature-Input: sig=$params" -H "Signature: sig=:$mac:" "$url"
