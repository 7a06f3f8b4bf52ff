# shellcheck shell=bash
# What the other scripts share. Source it from the repository's root.

# say <text>: what is being done, apart from what the tools print.
say() { printf '==> %s\n' "$*" >&2; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# A fresh rustup is not on the PATH of the shell that installed it.
have cargo || PATH="$PATH:$HOME/.cargo/bin"

# Prints the folder of initdb and postgres, 15 or later. Looks where the server looks
# (crates/embedded-postgres/src/programs.rs).
find_postgres() {
    local folder version
    while IFS= read -r folder; do
        [[ $folder == /* && -x $folder/initdb && -x $folder/postgres && -x $folder/pg_ctl ]] || continue
        version=$(as_account "$folder/postgres" --version 2>/dev/null) || continue
        version=${version##*) }
        version=${version%%[!0-9]*}
        if ((${version:-0} >= 15)); then
            printf '%s\n' "$folder"
            return 0
        fi
    done < <(
        printf '%s\n' "${PODIUM_POSTGRES_BIN:-}"
        tr ':' '\n' <<<"$PATH"
        pg_config --bindir 2>/dev/null || true
        for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin \
            /usr/local/opt/postgresql*/bin /home/linuxbrew/.linuxbrew/opt/postgresql*/bin; do
            printf '%s\n' "$folder"
        done | sort -rV
    )
    return 1
}

# The account that runs Postgres, which refuses root.
account() {
    if ((EUID != 0)); then
        id -un
    elif id postgres >/dev/null 2>&1; then
        echo postgres
    else
        echo nobody
    fi
}

# as_account <command…>: runs it as that account, in a folder that every account may enter.
as_account() {
    if ((EUID != 0)); then
        (cd / && "$@")
    elif have runuser; then
        (cd / && runuser -u "$(account)" -- "$@")
    else
        (cd / && su -s /bin/sh "$(account)" -c "$(printf '%q ' "$@")")
    fi
}

# as_root <command…>
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        fail "this needs root: $*"
    fi
}
