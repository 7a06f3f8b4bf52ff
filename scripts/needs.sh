# shellcheck shell=bash
# What tests need beside Rust. Source it after lib.sh.

# What there is, in the order in which it is installed. What each is: tests/suite/needs.txt, and `postgres`.
# shellcheck disable=SC2034 # by test.sh
everything="redis haproxy faketime node chromium python web postgres"

# selection <arguments of `cargo nextest run`>: puts into `selected` those that choose tests, as `cargo nextest list` takes
# them. Fails at one that it does not know.
selection() {
    selected=()
    while (($#)); do
        case $1 in
            --)
                selected+=("$@")
                return
                ;;
            -E | --filterset | --filter-expr | -P | --profile | --run-ignored | --partition)
                selected+=("$1" "${2-}")
                shift
                ;;
            -E* | --filterset=* | --filter-expr=* | -P* | --profile=* | --run-ignored=* | --partition=* | --ignore-default-filter)
                selected+=("$1")
                ;;
            -j | --test-threads | --retries | --max-fail | --success-output | --failure-output | --status-level | \
                --final-status-level | --show-progress | --no-tests | --color)
                shift
                ;;
            -j* | --test-threads=* | --retries=* | --max-fail=* | --success-output=* | --failure-output=* | \
                --status-level=* | --final-status-level=* | --show-progress=* | --no-tests=* | --color=*) ;;
            --no-capture | --nocapture | --no-fail-fast | --fail-fast | -v | --verbose) ;;
            -*) return 1 ;;
            *) selected+=("$1") ;;
        esac
        (($# == 0)) || shift
    done
}

# needs <table>: what the tests need that come on standard input, a line each: `<binary> <path>`. A binary's name has a colon
# where it is not that of a library or a program, whose tests need nothing.
needs() {
    awk '
        NR == FNR { if ($0 !~ /^#/ && NF) row[++rows] = $0; next }
        $1 !~ /::/ || $1 ~ /::bin\// { next }
        { need["postgres"] }
        $1 == "podium::suite" {
            for (i = 1; i <= rows; i++) {
                words = split(row[i], word)
                if (index($2 "::", word[1] "::") == 1)
                    for (w = 2; w <= words; w++) need[word[w]]
            }
        }
        END { for (what in need) print what }
    ' "$1" -
}

install_clients() {
    scripts/install.sh node
    [[ tests/clients/package-lock.json -nt tests/clients/node_modules/.package-lock.json ]] || return 0
    say "installing the clients that the tests use"
    (cd tests/clients && npm ci --no-audit --no-fund --loglevel=error)
}

install_environment() {
    local venv=tests/clients/.venv
    scripts/install.sh python
    [[ tests/clients/requirements.txt -nt $venv/.installed ]] || return 0
    say "installing schemathesis and icalendar, which the tests use"
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement tests/clients/requirements.txt
    touch "$venv/.installed"
}

# provide <"what…">: installs that, as far as it is missing.
provide() {
    local what
    for what in $1; do
        case $what in
            node) install_clients ;;
            python) install_environment ;;
            web) scripts/web.sh ;;
            # One that is there already is used.
            postgres) [[ -n ${PODIUM_TEST_DATABASE_URL:-} ]] || scripts/install.sh postgres ;;
            *) scripts/install.sh "$what" ;;
        esac
    done
}
