#!/bin/sh
# The bill of materials of a built program, as CycloneDX JSON: bom.sh PROGRAM VERSION
# Every Debian package that it is linked with, directly or not, in the version of this machine; the
# HTTP parser, whose source is compiled in; the programs that it starts.
set -eu
program=$1 version=$2

libraries() { # a file of /lib is known to dpkg under /usr/lib, or the other way round
    ldd "$program" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | while read -r file; do
        printf '%s\n' "$file" "/usr$file" "${file#/usr}" "$(realpath "$file")"
    done
}

packages() {
    # shellcheck disable=SC2046 # a list of paths without spaces
    dpkg-query -S $(libraries | sort -u) 2>/dev/null | cut -d: -f1
    echo node-llhttp
    dpkg-query -W -f '${Package}\n' 'postgresql-1[5-9]' pgbackrest 2>/dev/null
}

components() {
    # shellcheck disable=SC2046 # a list of names
    dpkg-query -W -f '${db:Status-Status} ${Package} ${Version} ${Architecture}\n' $(packages | sort -u) |
        sort -u -k 2,2 | awk '$1 == "installed" {
            escaped = $3
            gsub(/\+/, "%2B", escaped); gsub(/:/, "%3A", escaped); gsub(/~/, "%7E", escaped)
            printf "%s{\"type\":\"library\",\"name\":\"%s\",\"version\":\"%s\",", comma, $2, $3
            printf "\"purl\":\"pkg:deb/debian/%s@%s?arch=%s\"}", $2, escaped, $4
            comma = ","
        }'
}

printf '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":'
printf '{"type":"application","name":"pledged","version":"%s"}},"components":[' "$version"
components
echo ']}'
