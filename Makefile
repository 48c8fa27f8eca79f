# `make help` lists the targets.

.DEFAULT_GOAL := help
SHELL := /bin/bash -euo pipefail

TOOLS := $(CURDIR)/target/tools

# What the tests start. Set any of them to use your own.
export MONIFLUX_TEST_BINARY ?= $(abspath $(or $(CARGO_TARGET_DIR),target))/release/moniflux
export MONIFLUX_TEST_MONGOD ?= $(TOOLS)/mongod/bin/mongod
export MONIFLUX_TEST_ROTEL ?= $(TOOLS)/rotel/rotel-agent
export MONIFLUX_TEST_PROMTOOL ?= $(TOOLS)/promtool/promtool
export MONIFLUX_TEST_PYTHON ?= $(TOOLS)/venv/bin/python

# The dashboard's project, and what its build follows from.
DASHBOARD := crates/http/dashboard
DASHBOARD_SOURCES := $(shell find $(DASHBOARD) -type d '(' -name node_modules -o -name dist ')' -prune \
  -o -type f ! -name schema.d.ts -print)
BROWSER_TESTS := tests/browser

BENCH := $(abspath $(or $(CARGO_TARGET_DIR),target))/release/moniflux-bench

# Unit tests need nothing but cargo; integration tests need the tools.
# Timings are part of what the integration tests prove, so those run one at a time.
ifneq ($(shell command -v cargo-nextest),)
  MONGO := (package(moniflux-store-mongo) and kind(test))
  UNIT := cargo nextest run --locked --workspace -E 'not (package(moniflux-tests) or $(MONGO))'
  INTEGRATION := cargo nextest run --locked --workspace -E 'package(moniflux-tests) or $(MONGO)' --test-threads 1
else
  UNIT := cargo test --locked --workspace --exclude moniflux-tests --exclude moniflux-store-mongo --all-targets \
    && cargo test --locked --package moniflux-store-mongo --lib
  INTEGRATION := cargo test --locked --package moniflux-tests --package moniflux-store-mongo --all-targets \
    -- --test-threads 1
endif

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 26

.PHONY: run
run: dashboard ## build, and serve on 127.0.0.1:8080 with the embedded store
	cargo run --locked --release --package moniflux -- serve

.PHONY: demo
demo: dashboard ## build, and show it all at work: a service, a sink and running tests; ctrl-C ends it
	@cargo run --locked --release --package moniflux -- demo || [ $$? -eq 105 ]

.PHONY: build
build: dashboard ## the release binary with the dashboard in it, target/release/moniflux
	cargo build --locked --release --package moniflux

.PHONY: dashboard
dashboard: $(DASHBOARD)/dist/index.html ## the dashboard, which the next build of the binary embeds; needs Node.js

$(DASHBOARD)/dist/index.html: $(DASHBOARD)/node_modules/.package-lock.json $(DASHBOARD_SOURCES)
	npm --prefix $(DASHBOARD) run build

# npm writes this file when all packages of the lock file are in place.
%/node_modules/.package-lock.json: %/package-lock.json | node
	npm --prefix $* ci --no-audit --no-fund

.PHONY: node
node:
	@node --eval 'const [major, minor] = process.versions.node.split("."); process.exit(+(major < 20 || major == 20 && minor < 19))' \
	  2>/dev/null || { echo 'The dashboard is built with Node.js 20.19 or later, which is not on the path.' \
	  '"cargo build --release" builds the service without it.' >&2; exit 1; }

.PHONY: test
test: unit-test dashboard-test integration-test browser-test ## all tests; installs what they need, once

.PHONY: unit-test
unit-test: ## tests that need nothing but cargo
	$(UNIT)
	cargo test --locked --workspace --doc

.PHONY: dashboard-test
dashboard-test: $(DASHBOARD)/node_modules/.package-lock.json ## the dashboard's unit tests
	npm --prefix $(DASHBOARD) test

.PHONY: browser-test
browser-test: tools build $(BROWSER_TESTS)/node_modules/.package-lock.json ## the dashboard in a real browser; BROWSER_FLAGS='--grep cancel'
	npm --prefix $(BROWSER_TESTS) test -- $(BROWSER_FLAGS)

.PHONY: screenshots
screenshots: tools build $(BROWSER_TESTS)/node_modules/.package-lock.json ## pictures of every page, into docs/screenshots
	npm --prefix $(BROWSER_TESTS) run screenshots

.PHONY: integration-test
integration-test: tools build ## tests of the whole system and of the store on a real MongoDB
	$(INTEGRATION)

.PHONY: bench
bench: ## encoding, decoding, counting and pacing, by time; BENCH_FILTER='otlp-http logs'
	cargo bench --locked --package moniflux-payload --package moniflux-engine --package moniflux-sink --benches -- $(if $(BENCH_FILTER),'$(BENCH_FILTER)')

.PHONY: bench-instructions
bench-instructions: ## encoding and decoding, in instructions a record, which do not drift
	@scripts/install-bench-tools
	@scripts/bench-instructions

.PHONY: bench-e2e
bench-e2e: build ## the generator beside other senders, a record's CPU cost; BENCH_FLAGS='--rounds 5'
	cargo build --locked --release --package moniflux-bench
	@scripts/install-bench-tools
	$(BENCH) compare --moniflux $(MONIFLUX_TEST_BINARY) $(BENCH_FLAGS)
	$(BENCH) packed --moniflux $(MONIFLUX_TEST_BINARY)

.PHONY: bench-load
bench-load: build ## how evenly load leaves: a million a second, one a second, a thousand tests at once
	cargo build --locked --release --package moniflux-bench
	$(BENCH) steady --moniflux $(MONIFLUX_TEST_BINARY)
	$(BENCH) slow --moniflux $(MONIFLUX_TEST_BINARY)
	$(BENCH) many --moniflux $(MONIFLUX_TEST_BINARY)

.PHONY: bench-pages
bench-pages: tools build ## how soon pages are answered with 10,000 tests stored and 100 running, and a day is read for a chart
	cargo build --locked --release --package moniflux-bench
	@scripts/install-bench-tools
	$(BENCH) pages --moniflux $(MONIFLUX_TEST_BINARY)
	$(BENCH) day

.PHONY: bench-memory
bench-memory: build ## memory at a million records a second, ten minutes each, destination healthy and stalled
	cargo build --locked --release --package moniflux-bench
	$(BENCH) steady --moniflux $(MONIFLUX_TEST_BINARY) --seconds 600
	$(BENCH) steady --moniflux $(MONIFLUX_TEST_BINARY) --seconds 600 --stall-after 10

.PHONY: tools
tools: ## mongod, a collector, promtool and Python packages, into target/tools; Chromium, by the system's packages
	@scripts/install-test-tools

.PHONY: openapi
openapi: ## write the API's description anew for the dashboard, whose types are made of it
	cargo test --locked --package moniflux-http --lib -- --quiet --ignored --exact testing::description::the_copy_is_written_anew

.PHONY: lint
lint: lint-rust lint-scripts ## formatting, clippy, rustdoc, types and rules of the scripts; warnings denied

.PHONY: lint-rust
lint-rust: ## of these, what is about Rust
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --locked --workspace --no-deps

.PHONY: lint-scripts
lint-scripts: $(DASHBOARD)/node_modules/.package-lock.json $(BROWSER_TESTS)/node_modules/.package-lock.json
lint-scripts: ## of these, what is about the dashboard and its tests
	npm --prefix $(DASHBOARD) run check
	npm --prefix $(DASHBOARD) run lint
	npm --prefix $(BROWSER_TESTS) run lint

.PHONY: docs
docs: tools ## draw docs/architecture.svg and .png again
	$(MONIFLUX_TEST_PYTHON) docs/architecture.py

.PHONY: docker
docker: ## the image moniflux-backend:latest
	docker build --file docker/Dockerfile --tag moniflux-backend:latest .

.PHONY: clean
clean: ## remove target/, the tools in it included
	cargo clean
