# shellcheck shell=bash
# The servers that other scripts start for themselves, on loopback. Source it after lib.sh.

# What a developer's shell has set must not reach the servers. Names given as patterns stay.
forget_settings() {
    local name kept
    for name in "${!PODIUM_@}" DATABASE_URL REDIS_URL; do
        for kept in PODIUM_POSTGRES_BIN "$@"; do
            # shellcheck disable=SC2053 # a pattern
            [[ $name != $kept ]] || continue 2
        done
        unset "$name"
    done
}

# start_postgres <folder> <"databases"> [command that runs it…]: starts a Postgres of our own, which listens in
# <folder>/data alone, with these databases. Settings for postgresql.conf come on standard input.
start_postgres() {
    local folder=$1 database
    local -a databases
    read -ra databases <<<"$2"
    shift 2
    postgres=${postgres:-$(find_postgres)}
    # Only its account and root may enter.
    chmod 711 "$folder"
    mkdir -m 700 "$folder/data"
    ((EUID != 0)) || chown "$(account)" "$folder/data"
    as_account env LC_ALL=C "$postgres/initdb" -D "$folder/data" --username=podium --encoding=UTF8 --locale=C.UTF-8 \
        --auth-local=trust --auth-host=reject --no-sync --no-instructions >/dev/null
    {
        printf "listen_addresses = ''\nunix_socket_directories = '%s/data'\njit = off\ntimezone = 'UTC'\n" "$folder"
        cat
    } >>"$folder/data/postgresql.conf"
    # Without a client, which the package of the server need not bring.
    for database in "${databases[@]}"; do
        printf 'CREATE DATABASE %s;\n' "$database" |
            as_account "$postgres/postgres" --single -D "$folder/data" postgres >/dev/null
    done
    as_account "$@" "$postgres/pg_ctl" start -D "$folder/data" -l "$folder/data/log" -w -s
}

# stop_postgres <folder> [fast|immediate]
stop_postgres() {
    [[ ! -f $1/data/postmaster.pid ]] || as_account "$postgres/pg_ctl" stop -D "$1/data" -m "${2:-immediate}" -s || true
}

# postgres_url <folder> <database>
postgres_url() { printf 'postgres://podium@%s%%2Fdata/%s' "${1//\//%2F}" "$2"; }

# wait_for <port> <pid>: until that process, which was just started, listens there
wait_for() {
    local _
    for _ in $(seq 600); do
        sleep 0.1
        kill -0 "$2" 2>/dev/null || fail "what should listen on port $1 has ended"
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    done
    fail "nobody listens on port $1"
}
