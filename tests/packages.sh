# Debian packages, and how to have them. Sourced by tests/run.sh and server/quickstart.sh.
BUILD_PACKAGES="build-essential cmake ninja-build pkg-config libevent-dev libpq-dev libssl-dev
 libcjson-dev libzip-dev libexpat1-dev node-llhttp libcurl4-openssl-dev libxlsxwriter-dev
 libutf8proc-dev libicu-dev zlib1g-dev postgresql"
TEST_PACKAGES="libreoffice-calc-nogui hledger ledger beancount clang clang-format cppcheck openssl libclang-rt-14-dev libcmocka-dev postgresql-15-plpgsql-check python3 python3-jsonschema nodejs npm curl faketime poppler-utils procps prometheus pgbackrest lintian man-db systemd chromium-headless-shell fonts-wqy-microhei"

has() {
    case $1 in # a program from elsewhere serves as well
    nodejs) command -v node >/dev/null && return 0 ;;
    npm) command -v npm >/dev/null && return 0 ;;
    python3) command -v python3 >/dev/null && return 0 ;;
    chromium-headless-shell) command -v chromium >/dev/null && return 0 ;;
    esac
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
}

need() {
    missing=
    for package in "$@"; do
        has "$package" || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    echo "installing:$missing"
    root=
    [ "$(id -u)" -eq 0 ] || root=sudo
    $root apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing \
            >/dev/null
}
