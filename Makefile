# sudo make run      installs what is missing, builds, and traces by the policies in policies/
# sudo make test     installs the tests' peers too, and runs every test
# make lint          checks the format of the code
# sudo make bench    measures the way of an event, the linter, and what an unwanted packet costs in the kernel
# make clean         removes what was built

SHELL := /bin/bash

to_build := libyaml-dev libbpf-dev libelf-dev zlib1g-dev
to_test := $(to_build) bpftool busybox-static curl dnsmasq-base dnsutils iproute2 iputils-ping \
  netcat-openbsd nginx-light podman procps python3 runc socat tcpdump tshark util-linux \
  $(shell python3 -c 'import jsonschema' 2>/dev/null || echo python3-jsonschema)

# Builds belong to whoever called sudo, so that a later build without it can go on from them.
caller := $(filter-out root,$(SUDO_USER))
as_caller := $(if $(caller),sudo --user=$(caller) --set-home --)

# Found when first used; empty, after a word of what to get, when there is none.
swift = $(eval swift := $$(shell .ci/swift))$(or $(swift),$(error no Swift))

formatted = $(wildcard Sources Tests Plugins Benchmarks Package.swift)

.PHONY: run test bench lint clean

run:
	@.ci/install $(to_build)
	$(as_caller) $(swift) build --configuration release --product tracee-policy
	.build/release/tracee-policy apply -p policies/

test:
	@.ci/install $(to_test)
	$(as_caller) $(swift) build --build-tests
	$(swift) test --skip-build

bench:
	@.ci/install $(to_build)
	$(as_caller) $(swift) build --configuration release --product bench-pipeline
	.build/release/bench-pipeline

lint:
	$(swift) format lint --strict --recursive $(formatted)

clean:
	rm -rf .build
