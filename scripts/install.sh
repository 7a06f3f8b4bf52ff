#!/usr/bin/env bash
# Installs what Podium needs from the system's own packages, and of that only what is missing.
#
#   scripts/install.sh [rust] [postgres] [node] [chromium] [python] [redis] [haproxy] [faketime]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

# package <apt name> <dnf name> <brew name>; a name may be several words.
package() {
    say "installing $1"
    # shellcheck disable=SC2086 # the words are separate packages
    if have apt-get; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 </dev/null
    elif have dnf; then
        as_root dnf install -y -q $2 </dev/null
    elif have brew; then
        brew install $3 </dev/null
    else
        fail "neither apt-get nor dnf nor brew is here: install $1 by hand"
    fi
}

install_rust() {
    have cargo || fail "cargo is missing: install Rust from https://rustup.rs, then run this again"
    have cc || package 'gcc libc6-dev' gcc gcc
}

install_postgres() {
    if find_postgres >/dev/null; then
        # Fedora and RHEL pack the extensions, of which Podium uses pg_trgm, apart.
        if have dnf && ! compgen -G '/usr/share/pgsql/extension/pg_trgm.control' >/dev/null &&
            ! compgen -G '/usr/pgsql-*/share/extension/pg_trgm.control' >/dev/null; then
            package postgresql-contrib postgresql-contrib postgresql
        fi
        return
    fi
    if have apt-get && ! have pg_createcluster; then
        # Debian makes a cluster with the package and starts it. Nobody asked for that one.
        local folder=/etc/postgresql-common/createcluster.d
        as_root mkdir -p "$folder"
        as_root sh -c "echo 'create_main_cluster = false' >$folder/podium.conf"
        trap 'as_root rm -f /etc/postgresql-common/createcluster.d/podium.conf' EXIT
    elif have dnf; then
        # RHEL 9's own is 13, and its newer ones are modules; Fedora has no modules.
        as_root dnf module enable -y -q postgresql:16 </dev/null >/dev/null 2>&1 || true
    fi
    package postgresql 'postgresql-server postgresql-contrib' postgresql@17
    find_postgres >/dev/null || fail "the system's Postgres is older than 15: see https://www.postgresql.org/download/"
}

install_node() {
    have node && have npm && return
    package 'nodejs npm' 'nodejs npm' node
}

install_redis() {
    # Tests give Redis a certificate.
    have openssl || package openssl openssl openssl
    have redis-server && return
    package redis-server redis redis
    # Debian starts it with the package. Nobody asked for that one: each run of ours has its own.
    if have systemctl; then
        as_root systemctl disable --now redis-server >/dev/null 2>&1 || true
    fi
    as_root service redis-server stop >/dev/null 2>&1 || true
}

install_haproxy() {
    have haproxy && return
    package haproxy haproxy haproxy
    # Likewise.
    if have systemctl; then
        as_root systemctl disable --now haproxy >/dev/null 2>&1 || true
    fi
    as_root service haproxy stop >/dev/null 2>&1 || true
}

# Gives one process a clock that is wrong.
install_faketime() {
    have faketime && return
    package faketime libfaketime libfaketime
}

install_chromium() {
    [[ -n ${CHROMIUM:-} || -x /usr/bin/chromium ]] && return
    package 'chromium fonts-noto-core fonts-noto-color-emoji' chromium chromium
}

# Debian has the means to make an environment in a package of its own.
install_python() {
    python3 -c 'import ensurepip, venv' 2>/dev/null && return
    package 'python3 python3-venv' python3 python3
}

for part in "$@"; do
    case $part in
        rust | postgres | node | chromium | python | redis | haproxy | faketime) "install_$part" ;;
        *) fail "unknown part: $part (rust, postgres, node, chromium, python, redis, haproxy, faketime)" ;;
    esac
done
