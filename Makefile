# Everything is done from here; nothing needs to be installed but make, node and npm.
# The pinned Bun comes from the npm registry into tools/ (its lockfile has the checksums).

SEED ?= 1
CHAOS_SECONDS ?= 60
CHAOS_FAULTS ?= all
SOAK_SECONDS ?= 600
BENCH ?=

SHELL := /bin/sh
BUN := tools/node_modules/.bin/bun
export PATH := $(CURDIR)/tools/node_modules/.bin:$(PATH)

VERSION := $(shell sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)
COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
SOURCES := $(shell find src proto -type f 2>/dev/null)

# What is built carries no path, time or setting of the machine that built it; the
# binary must not read a .env or bunfig.toml of the folder it happens to be started in.
BUILD := $(BUN) build --compile --minify --sourcemap --bytecode --format=esm \
	--no-compile-autoload-dotenv --no-compile-autoload-bunfig \
	--define BUILD_VERSION='"$(VERSION)"' --define BUILD_COMMIT='"$(COMMIT)"'

# The program, and the threads that it starts: a thread is found by its path from src/.
ENTRIES := src/replica.ts src/db/search/search-worker.ts

.PHONY: help setup proto build run demo test chaos sim soak pictures bench bench-setup bench-data release ci clean commit-stamp
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-12s %s\n", $$1, $$2 }'

setup: node_modules/.stamp ## the pinned Bun and the dependencies, from the lockfiles

# npm may be told not to run install scripts, so Bun's own is run by name.
tools/node_modules/.stamp: tools/package.json tools/package-lock.json
	npm ci --prefix tools --ignore-scripts --no-audit --no-fund --loglevel=error
	node tools/node_modules/bun/install.js
	$(BUN) --version >/dev/null
	touch $@

node_modules/.stamp: tools/node_modules/.stamp package.json bun.lock
	$(BUN) install --frozen-lockfile
	touch $@

# Changes only when the commit does, so that an unchanged tree is not built again.
commit-stamp:
	@mkdir -p dist
	@[ "$$(cat dist/.commit 2>/dev/null)" = "$(VERSION) $(COMMIT)" ] || echo "$(VERSION) $(COMMIT)" > dist/.commit

dist/.commit: commit-stamp

# Where the generated types go; a test generates them elsewhere and compares.
PROTO_TYPES ?= proto/gen
PROTOS := chat.proto peer.proto op.proto

proto: node_modules/.stamp ## the TypeScript types of the .proto files, into proto/gen/
	@rm -rf $(PROTO_TYPES)
	@cd proto && ../node_modules/.bin/proto-loader-gen-types --longs=Number --defaults --oneofs --grpcLib=@grpc/grpc-js \
		--inputTemplate=%sInput --outputTemplate=Wire%s --importFileExtension=.ts --outDir=$(abspath $(PROTO_TYPES)) \
		$(PROTOS) ../node_modules/grpc-health-check/proto/health/v1/health.proto \
		../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto
	@rm -f $(PROTO_TYPES)/*.ts
	@$(BUN) fmt $(PROTO_TYPES)

build: dist/lastword ## dist/lastword, the one executable

dist/lastword: node_modules/.stamp dist/.commit Makefile tsconfig.json $(SOURCES)
	$(BUILD) $(ENTRIES) --outfile dist/new/lastword
	@mv dist/new/lastword $@ && rm -rf dist/new

# A version ahead: one more kind of op, column and frame, for tests of an upgrade only.
dist/lastword-next: node_modules/.stamp dist/.commit Makefile tsconfig.json $(SOURCES)
	$(BUILD) --define BUILD_VERSION='"$(VERSION)-next"' --feature=NEXT $(ENTRIES) --outfile dist/new-next/lastword-next
	@mv dist/new-next/lastword-next $@ && rm -rf dist/new-next

# The same sources with failpoints and a clock offset, for tests only.
dist/lastword-faults: node_modules/.stamp dist/.commit Makefile tsconfig.json $(SOURCES)
	$(BUILD) --feature=FAULTS $(ENTRIES) --outfile dist/new-faults/lastword-faults
	@mv dist/new-faults/lastword-faults $@ && rm -rf dist/new-faults

run: build ## build, start three replicas with their data in .run/, print the address; Ctrl-C stops them
	@exec dist/lastword up --data .run

demo: build ## three replicas with a team that writes, and a page to kill replicas from; Ctrl-C removes all
	@exec dist/lastword demo

test: build dist/lastword-faults dist/lastword-next ## all tests; the last line says how many passed and failed
	@$(BUN) tests/support/run-tests.ts

chaos: build ## kill, pause and cut off replicas under load for CHAOS_SECONDS, then check every promise
	@dist/lastword chaos --data .run --seconds $(CHAOS_SECONDS) --seed $(SEED) --faults $(CHAOS_FAULTS) --report .run

sim: setup ## replay one seed of the simulator in all its modes: make sim SEED=n
	@$(BUN) tests/simulation/run-seed.ts $(SEED)

soak: build dist/lastword-faults dist/lastword-next ## fresh seeds of the simulator for SOAK_SECONDS, then faults for longer, and the browsers in all combinations
	@SOAK_SECONDS=$(SOAK_SECONDS) $(BUN) tests/simulation/soak.ts
	@SOAK=1 $(BUN) test --timeout 90000 --only-failures tests/simulation/targeted.test.ts tests/contract/chat/rows-random.test.ts
	@SOAK=1 $(BUN) test --timeout 90000 --only-failures tests/cluster/faults-*.test.ts tests/cluster/kill-two.test.ts \
		tests/cluster/order.test.ts tests/cluster/survivor.test.ts tests/cluster/upgrade.test.ts \
		tests/cluster/restart-orders.test.ts tests/cluster/port-limits.test.ts tests/cluster/files.test.ts \
		tests/cluster/stop-two.test.ts tests/cluster/rights.test.ts tests/cluster/partition.test.ts \
		tests/cluster/freeze.test.ts tests/cluster/rejoin.test.ts
	@SOAK=1 BUN_JSC_useDFGJIT=0 $(BUN) test --isolate --timeout 90000 --only-failures tests/browser/*.test.ts

pictures: build ## make the pictures of the README anew, from real replicas in a real browser
	@$(BUN) tests/browser/make-pictures.ts

bench: build ## measure, beside etcd and NATS where they are installed; BENCH=b1 for one part, QUICK=1 for a try
	@$(BUN) bench/run.ts $(BENCH)

bench-setup: setup ## install the systems that bench compares with (Debian, root)
	apt-get install -y --no-install-recommends etcd-server etcd-client nats-server

bench-data: build ## fill .bench/ with up to two million messages, and a million in rooms, once, through real sends (some twenty minutes)
	@$(BUN) bench/make-data.ts

release: setup commit-stamp ## executables for all platforms in dist/release, with checksums
	@mkdir -p dist/release
	for target in linux-x64 linux-arm64 linux-x64-musl linux-arm64-musl darwin-x64 darwin-arm64 windows-x64; do \
		$(BUILD) --target=bun-$$target $(ENTRIES) \
			--outfile dist/release/lastword-$(VERSION)-$$target || exit 1; \
	done
	cd dist/release && sha256sum lastword-$(VERSION)-* > SHA256SUMS

# Set-up is part of it, so that it runs on a clean checkout with nothing on the PATH.
ci: ## what the build server runs: lint, types, format, tidy, build, all tests
	@$(MAKE) setup || { echo "0 passed, 1 failed"; exit 1; }
	@CI=true $(BUN) tests/support/run-ci.ts

clean: ## remove what was built and installed, and the data of make run and make bench-data
	rm -rf dist node_modules tools/node_modules .run .bench
