# A list of words, not a program: logic lives in `shuyu` subcommands, scripts and tests.
# Everything compiles into one folder outside the clone, once for demo and test.
CARGO_TARGET_DIR ?= $(HOME)/.cache/shuyu/target
export CARGO_TARGET_DIR
DATA ?= ./data

.PHONY: setup web demo test test-web check accept bench sim verify

setup:  ## what the machine lacks, for building and testing
	scripts/setup.sh build test web

web:  ## the console, built into web/dist, which the binary embeds
	scripts/web.sh build

demo:  ## 江城市 on localhost: its story, then a server to look around in
	scripts/setup.sh build
	scripts/web.sh build
	cargo build --workspace
	$(CARGO_TARGET_DIR)/debug/shuyu demo --data $(DATA)

test:  ## everything that must hold; exactly what .ci/run runs
	scripts/setup.sh build test web
	scripts/web.sh check build
	scripts/with-postgres.sh cargo nextest run --workspace
	cargo test --doc --workspace
	scripts/with-demo.sh npm --prefix web run --silent browser

test-web:  ## of that, the console: types, words, proofs, then every page in Chromium
	scripts/setup.sh build web
	scripts/web.sh check build
	cargo build --workspace
	scripts/with-demo.sh npm --prefix web run --silent browser

# As `cargo clippy`, but on the dependencies that `make test` compiled.
check:  ## form and lints
	cargo fmt --all --check
	RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-Dwarnings__CLIPPY_HACKERY__ cargo build --workspace --all-targets

accept:  ## take new snapshots and generated files; review them as a diff
	UPDATE=1 INSTA_UPDATE=always scripts/with-postgres.sh cargo nextest run --workspace

bench:  ## the numbers of docs/PERFORMANCE.md, beside their peers
	scripts/setup.sh build test
	scripts/bench.sh

sim: SEED ?= 20260305
sim:  ## five years of a city under each document, by SEED
	SHUYU_SEED=$(SEED) SHUYU_SIM_YEARS=5 cargo test -p shuyu-casework --test sim -- --nocapture a_city_lives

verify:  ## re-prove the log of ./data from its files alone
	$(CARGO_TARGET_DIR)/debug/shuyu verify --data $(DATA)
