# Podium's everyday commands. `make` alone lists them.

.DEFAULT_GOAL := help
SEEDS ?= 1000000
PODIUM_ABUSE_SECONDS ?= 30
.PHONY: help run cluster quick test timings crowds abuse votes bench bench-nodes bench-wall bench-search openapi nodes simulate check fmt lint doc deny web web-dev types web-check clean-state

# Further arguments, for example: make test ARGS="-E 'test(resume)'"
ARGS ?=

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install what is missing, build, and serve with a Postgres of its own and a demo event
	@scripts/run.sh $(ARGS)

cluster: ## install what is missing, and run three nodes, a Redis and HAProxy on loopback, until Ctrl-C
	@scripts/cluster.sh

quick: ## run the unit tests: they need nothing but Rust
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run --workspace --lib --bins --locked $(ARGS); \
	else \
		cargo test --workspace --lib --bins --locked $(ARGS); \
	fi

test: ## install what is missing, and run every test (ARGS="-E 'test(name)'" runs some, and installs what they need)
	@scripts/test.sh $(ARGS)

timings: ## run what breaks and halts nodes, Redis and Postgres, one at a time, and hold how long it takes against what is promised
	@PODIUM_TEST_TIMINGS=1 scripts/test.sh --test-threads 1 --success-output immediate -E 'test(/^faults::(halt|removal|rolling|split)::/)'

crowds: ## 500 people vote and 250 tap over two nodes, which are killed and cut off: what is promised, with the times
	@PODIUM_TEST_WALL=full PODIUM_TEST_TIMINGS=1 scripts/test.sh --release --profile long --test-threads 1 --no-capture \
		-E 'test(/^wall::crowd::/)' $(ARGS)

abuse: ## each attack at full size beside a victim, and a crowd at the door: what it costs, and what the victim feels (PODIUM_ABUSE_SECONDS=300)
	@PODIUM_TEST_ABUSE=full PODIUM_TEST_ABUSE_SECONDS=$(PODIUM_ABUSE_SECONDS) scripts/test.sh --release --profile long --test-threads 1 --no-capture \
		-E 'test(/^abuse::(full|door)::/) + test(invented_addresses_empty_no_count)' $(ARGS)

votes: ## votes a second in one poll, in groups and one by one with a stored tally
	@PODIUM_TEST_WALL=full scripts/test.sh --release --profile long --no-capture -E 'test(/^wall::rate::/)' $(ARGS)

web: ## build the web client, if its sources have changed
	@scripts/web.sh

web-dev: ## serve the web client with live reload, beside a `make run`
	@scripts/web.sh dev

types: ## make the types of the web client from the documents that the server prints of itself
	cargo build --locked
	@scripts/web.sh types

web-check: ## the web client's types, format and logic
	@scripts/web.sh check

bench: ## measure beside the bare server and Socket.IO, and print a table (ARGS=full takes longer; docs/PERFORMANCE.md)
	@scripts/bench.sh $(ARGS)

bench-nodes: ## measure three nodes beside one: delays, and what bus and sweep cost (ARGS=full takes longer)
	@scripts/bench-nodes.sh $(ARGS)

bench-wall: ## measure an event's wall: posts to 1,000 sessions, votes and taps, on one node and two (ARGS=full takes longer)
	@scripts/bench-wall.sh $(ARGS)

bench-search: ## measure the search among 50,000 events, and everybody else beside 40 clients that search
	@scripts/bench-search.sh $(ARGS)

nodes: ## three nodes at full scale, while Redis fails and clocks are wrong: holds the figures against their limits
	@PODIUM_TEST_NODES=full scripts/test.sh --release --profile long --no-capture \
		-E 'test(/^nodes::at_scale::/) + test(two_nodes_race)' $(ARGS)

simulate: ## let simulated nodes, bus and Postgres do whatever they like, a million times (SEEDS=… for fewer)
	PODIUM_SIMULATE=$(SEEDS) cargo test --release --lib --locked simulation -- --nocapture

openapi: ARGS := $(or $(ARGS),--max-examples 300)
openapi: ## hold the server against its OpenAPI document, at random and for long (ARGS="--max-examples 1000 --seed 7")
	@PODIUM_TEST_OPENAPI="$(ARGS)" scripts/test.sh --profile long -E 'test(http::schemathesis)'

check: ## what must hold before a commit, besides the tests: format, lints, documentation
check: lint doc

fmt: ## format the code
	cargo fmt --all
	@[ ! -d web/node_modules ] || npm --prefix web run --silent format

lint: ## look at the format, then for what clippy finds
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

doc: ## build the documentation of the code
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --workspace --locked --document-private-items

deny: ## look at the licences and advisories of what Podium depends on (needs cargo-deny)
	@scripts/deny.sh

clean-state: ## remove the state of `make run`: its Postgres with all data
	@scripts/clean-state.sh
