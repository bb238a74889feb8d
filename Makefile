# The front door. `make` alone says what there is.
#
# Everything is built with one profile (dev), so that the demo, the tests and the linters share what is compiled.
# What the machine lacks besides Rust, Python 3 and make is fetched once into the target directory, pinned by hash where
# its publisher keeps old versions.

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
NEWBORN := $(TARGET)/debug/newborn

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help build demo up test cargo-tests browser screenshots bench histories lint

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build:
	$(CARGO) build --workspace --bins --locked

demo: build ## Bring a fresh stack up and show every example from submission to its end
	$(NEWBORN) demo

up: build ## Bring the stack up in .newborn/ and keep it up until Ctrl-C
	$(NEWBORN) up

test: build ## Run every test
	$(NEWBORN) test-services -- $(MAKE) --no-print-directory cargo-tests
	$(MAKE) --no-print-directory browser

# Inside `newborn test-services`: with a throw-away PostgreSQL and the pinned Temporal in the environment.
cargo-tests:
	$(CARGO) test --workspace --doc --locked
	if $(CARGO) nextest --version >/dev/null 2>&1; \
	then $(CARGO) nextest run --no-fail-fast --workspace --locked; \
	else $(CARGO) test --no-fail-fast --workspace --lib --bins --tests --locked; fi

browser: export WAYS := $(WAYS)
browser: build ## Drive the pages in Chromium, by keyboard; FILES=case names some, WAYS=all in every way
	$(NEWBORN) browser-tools -- node tests/browser/run.mjs $(FILES)

screenshots: build ## Make the pictures of the pages in docs/ anew
	$(NEWBORN) browser-tools -- node tests/browser/run.mjs screenshots

# What is measured is our code, so it is optimised like the libraries are. The demo and the tests build quicker without.
bench: export CARGO_PROFILE_DEV_OPT_LEVEL := 1
bench: build ## Measure the pages, and compare the full case with a bare workflow
	$(NEWBORN) bench

histories: build ## Record new histories for the replay tests, under NAME=…
	$(CARGO) run --locked -p tests --bin record-histories -- $(NAME)

lint: build ## Check formatting, Rust, the contracts and the compose file
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	tools=$$($(NEWBORN) tools deploy/lint-tools.txt) && \
	"$$tools/bin/buf" lint && \
	PYTHONPATH="$$tools" python3 -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
