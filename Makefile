# One obvious command for each job; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MXNET := .venv-mxnet
SDK := .venv-sdk
IMAGE ?= mxjob-controller:$(shell sed -n 's/^version = "\(.*\)"$$/\1/p' pyproject.toml)
# The image's contents are dated as the last commit, so that the same commit gives the same image.
EPOCH = $(shell git log -1 --pretty=%ct)
KUBERNETES ?= v1.33.13 v1.34.4 v1.35.4 v1.37.2
PROMTOOL ?= $(abspath .promtool/promtool)
# Twice the cores: most tests wait for a process rather than compute.
WORKERS ?= $(shell expr 2 \* $$(nproc))

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

.PHONY: install
install: $(VENV)/.installed ## leave mxfork and mxjob-controller in .venv/bin

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'error: $(PYTHON) is older than 3.11; next: make $(MAKECMDGOALS) PYTHON=python3.11'; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(MXNET)/.installed: requirements/mxnet.txt $(VENV)/.installed
	@PYTHON='$(MXNET_PYTHON)' scripts/mxnet-environment $(MXNET) requirements/mxnet.txt
	touch $@

$(SDK)/.installed: requirements/sdk.txt $(VENV)/.installed
	$(PYTHON) -m venv --clear $(SDK)
	$(SDK)/bin/python -m pip install --quiet --require-hashes -r requirements/sdk.txt
	touch $@

.PHONY: assets
assets: install ## build (once) the control plane that demo and test run on, and Helm
	@$(BIN)/mxfork cluster assets
	@$(BIN)/python -m tests.deploy.helm

.PHONY: demo
demo: $(MXNET)/.installed ## train MXNet through an MXJob on a local cluster; KEEP=1 leaves it up
	@$(BIN)/mxfork demo --environment $(MXNET) $(if $(KEEP),--keep)

.PHONY: lint
lint: install ## ruff, mypy --strict, import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: unit
unit: install ## the fast tests: no process is started
	$(BIN)/pytest -n $(WORKERS) tests/unit

.PHONY: test
test: lint $(MXNET)/.installed $(SDK)/.installed assets ## lint, then every test: unit, real API server, real MXNet, Kubeflow's SDK
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

.PHONY: test-faults
test-faults: install assets ## kill the controller at every write, and harm it in every other way; takes twenty minutes
	FAULTS_ALL=1 $(BIN)/pytest -n $(WORKERS) --dist worksteal tests/faults

.PHONY: soak
soak: install assets ## let jobs come and go for MINUTES (30): the controller must not grow
	$(BIN)/python -m tests.faults.soak --minutes $(or $(MINUTES),30)

.PHONY: test-kubernetes
test-kubernetes: install ## the short cluster suite on several Kubernetes versions; KUBERNETES="v1.34.4 …" chooses which
	scripts/test-kubernetes $(KUBERNETES)

.PHONY: fuzz
fuzz: install assets ## send other jobs than make test, and more; JOBS=20000 and SEED=7 choose how many and which
	FUZZ_JOBS=$(or $(JOBS),6000) FUZZ_SEED=$(or $(SEED),$(shell date +%s)) $(BIN)/pytest tests/cluster/test_generated_jobs.py

.PHONY: bench
bench: install assets ## how fast the controller is and what it costs; ARGS='--only small-500 --shrink 5' takes a minute, ARGS=--help tells more
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: scale
scale: install assets ## 2,000 jobs with 20,000 pods on 2,000 nodes that kwok plays; ARGS='--jobs 200 --nodes 200' is a short run
	$(BIN)/python -m benchmarks.scale $(ARGS)

.PHONY: soundness
soundness: install ## look for an object that contradicts `mxfork compat crd`; PAIRS=10000 schemas
	SOUNDNESS_PAIRS=$(or $(PAIRS),10000) $(BIN)/pytest tests/unit/tools/compat/crd/test_mutations.py

.PHONY: acceptance
acceptance: install ## regenerate docs/acceptance.md from the cases and the names of the tests
	$(BIN)/python -m tests.acceptance

.PHONY: configuration
configuration: install ## regenerate docs/configuration.md from the controller's flags and metrics
	$(BIN)/python -m tests.configuration

.PHONY: alerts
alerts: install ## try every alert on made-up series; builds promtool first, unless PROMTOOL names one
	@test -x '$(PROMTOOL)' || GOBIN=$(abspath .promtool) go install -tags remove_all_sd,netgo,builtinassets github.com/prometheus/prometheus/cmd/promtool@v0.316.0
	$(BIN)/python -m tests.alerts '$(PROMTOOL)'

.PHONY: crd
crd: install ## regenerate crds/ from our definitions and the API server's pod schema
	$(BIN)/mxfork crd generate --output-file crds/kubeflow.org_mxjobs.yaml

.PHONY: image
image: ## build the controller's image with Docker; IMAGE=registry/name:tag names it
	docker build --build-arg SOURCE_DATE_EPOCH=$(EPOCH) \
		--output type=docker,rewrite-timestamp=true --tag $(IMAGE) .

.PHONY: sbom
sbom: install ## list what is in the image, as CycloneDX JSON in dist/
	@$(BIN)/python scripts/sbom.py requirements/controller.txt dist/mxjob-controller.cdx.json

.PHONY: audit
audit: install ## look for known vulnerabilities of what is in the image
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements/controller.txt

.PHONY: lock
lock: ## pin every dependency again, with hashes; needs uv on the PATH
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		pyproject.toml -o requirements/controller.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		--extra tools --group dev -c requirements/controller.txt pyproject.toml -o requirements/dev.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		requirements/mxnet.in -o requirements/mxnet.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		requirements/sdk.in -o requirements/sdk.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		-c requirements/dev.txt requirements/build.in -o requirements/build.txt

.PHONY: clean
clean: ## remove what these targets made in this folder (the control plane's cache is kept)
	rm -rf $(VENV) $(MXNET) $(SDK) .promtool .demo dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
