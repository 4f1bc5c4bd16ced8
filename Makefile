# SPDX-License-Identifier: Apache-2.0
# sudo make run      installs what is missing, builds, and traces by the policies in policies/
# sudo make test     installs the tests' peers too, and runs every test
# sudo make equivalence  compares the kernel's decisions with the reference, DECISIONS=1000000; SEED= repeats a run
# make kernels       traces on Debian's kernels, each in a virtual machine; KERNELS="6.1 7.2" only those, LIST=1 says which
#                    there are, DOC=1 writes docs/kernels.md, EQUIVALENCE=100000 compares so many decisions there instead
# sudo make soak     traces mixed traffic for ten minutes, SECONDS=600, and checks that nothing grows
# make lint          checks the format of the code, that every source file names its licence, and that rooms use only those above them
# sudo make bench    measures the path of an event, the linter, tests of policies, what packets cost in the kernel, servers and memory, and the start;
#                    PARTS="packet nginx" only those; CHECK=1 compares the instructions of paths with Benchmarks/baseline.json
#                    instead, CHECK=update rewrites it
# sudo make fuzz     feeds the readers of outside bytes with what breaks them, SECONDS=30 each; FUZZ_TARGETS="dns http" only those
# sudo make deb      builds a Debian package that needs no Swift, in .build-package; `make tarball` an archive of the same files
# sudo make install  installs the same files; DESTDIR= for another root, PREFIX=/usr/local by default
# sudo make service-test  installs the package in Debian 12 under a systemd of its own and checks it; SUITE=trixie in Debian 13
# make clean         removes what was built

SHELL := /bin/bash

to_build := libyaml-dev libbpf-dev libcurl4-openssl-dev libelf-dev libmd-dev librdkafka-dev libseccomp-dev zlib1g-dev
to_test := $(to_build) bpftool busybox-static curl dnsmasq-base dnsutils gcc-multilib iproute2 iptables iputils-ping kcat \
  netcat-openbsd nginx-light openssl podman procps prometheus python3 rsyslog rsyslog-openssl runc socat systemd tcpdump tshark util-linux \
  $(shell python3 -c 'import jsonschema' 2>/dev/null || echo python3-jsonschema) \
  python3-msgpack
to_bench := $(to_build) nginx-light wrk
to_count := $(to_build) binutils python3 util-linux valgrind

# Builds belong to whoever called sudo, so that a later build without it can go on from them.
caller := $(filter-out root,$(SUDO_USER))
as_caller := $(if $(caller),sudo --user=$(caller) --set-home --)

# Found when first used; empty, after a word of what to get, when there is none.
swift = $(eval swift := $$(shell .ci/swift))$(or $(swift),$(error no Swift))

formatted = $(wildcard Sources Tests Plugins Benchmarks Fuzz Package.swift)

# The program carries Swift's runtime with it, so that it runs where there is no Swift.
release = build --configuration release --static-swift-stdlib --product tracee-policy

.PHONY: run test equivalence soak kernels bench fuzz lint install deb tarball service-test clean

run:
	@.ci/install $(to_build)
	$(as_caller) $(swift) $(release)
	.build/release/tracee-policy apply -p policies/

test:
	@.ci/install $(to_test)
	$(as_caller) $(swift) build --build-tests
	$(swift) test --skip-build

DECISIONS ?= 1000000
equivalence:
	@.ci/install $(to_test)
	$(as_caller) $(swift) build --build-tests
	DECISIONS=$(DECISIONS) $(swift) test --skip-build --filter Equivalence

to_boot := qemu-system-x86 cpio busybox-static gcc libc6-dev debian-archive-keyring
kernels:
	@.ci/install $(to_build) $(to_boot)
ifdef LIST
	@$(as_caller) Tests/Kernels/run --list $(KERNELS)
else ifdef EQUIVALENCE
	$(as_caller) $(swift) build --build-tests
	$(as_caller) env SEED=$(SEED) Tests/Kernels/run --equivalence $(EQUIVALENCE) \
	  --tests .build/debug/tracee-policyPackageTests.xctest $(KERNELS)
else
	$(as_caller) $(swift) $(release)
	$(as_caller) Tests/Kernels/run $(if $(DOC),--doc) $(KERNELS)
endif

soak_seconds = $(if $(filter command%,$(origin SECONDS)),$(SECONDS),600)
soak:
	@.ci/install $(to_test)
	$(as_caller) $(swift) build --build-tests
	SOAK=$(soak_seconds) $(swift) test --skip-build --filter LongSoak

bench:
ifdef CHECK
	@.ci/install $(to_count)
	$(as_caller) $(swift) build --configuration release --product bench-pipeline
	@$(as_caller) Benchmarks/instructions $(if $(filter update,$(CHECK)),update,check) $(PARTS)
else
	@.ci/install $(to_bench)
	$(as_caller) $(swift) $(release)
	$(as_caller) $(swift) build --configuration release --product bench-pipeline
	.build/release/bench-pipeline $(PARTS)
endif

# Inputs that break something are kept in .build-fuzz/found; those that reach new code, which the next
# run begins with, in .build-fuzz/corpus. All targets are run, also after one that failed.
SECONDS := 30
fuzz_build = env FUZZ=1 $(swift) build --scratch-path .build-fuzz --configuration release \
  --sanitize fuzzer -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing --product fuzz
fuzz_table := .build-fuzz/table

fuzz:
	@.ci/install $(to_build)
	$(as_caller) $(fuzz_build)
	@printf '%-10s %12s %10s %9s %13s %12s\n' target executions 'a second' coverage 'half way' 'at most' | \
	  $(as_caller) tee $(fuzz_table) >/dev/null
	@targets="$(FUZZ_TARGETS)"; failed=; \
	for target in $${targets:-$$(.build-fuzz/release/fuzz list | cut -d' ' -f1)}; do \
	  $(as_caller) Fuzz/run $$target $(SECONDS) $(fuzz_table) || failed="$$failed $$target"; \
	done; cat $(fuzz_table); [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

lint:
	$(swift) format lint --strict --recursive $(formatted)
	.ci/licences
	.ci/rooms

# What is installed; the binary has no symbols, for a few megabytes of them are of use to nobody there.
to_pack := $(to_build) chrpath dpkg-dev
version = $(shell sed -n 's/^let version = "\(.*\)"$$/\1/p' Sources/tracee-policy/Version.swift)
package := .build-package
tree := $(package)/tree
PREFIX ?= /usr/local

$(package)/tracee-policy: FORCE
	@.ci/install $(to_pack)
	$(as_caller) $(swift) $(release)
	@$(as_caller) mkdir -p $(package)
	$(as_caller) strip --strip-unneeded -o $@ .build/release/tracee-policy
	$(as_caller) chrpath --keepgoing --delete $@ >/dev/null
	$(as_caller) packaging/manuals $(swift) $@ $(package)/manuals

.PHONY: FORCE
FORCE:

install: $(package)/tracee-policy
	packaging/install $< $(package)/manuals "$(DESTDIR)" $(PREFIX)

# The directories of a package are readable whatever the umask of its builder is.
deb tarball: $(package)/tracee-policy
	rm -rf $(tree)
	umask 022 && packaging/install $< $(package)/manuals $(tree) /usr
	$(if $(filter deb,$@),packaging/deb $(tree) $(version) $(package),tar --create --gzip --owner=0 --group=0 --numeric-owner \
	  --file $(package)/tracee-policy-$(version)-$(shell uname -m).tar.gz --directory $(tree) .)

SUITE ?= bookworm
service-test: deb
	@.ci/install lintian mmdebstrap procps util-linux
	Tests/Service/run $(package)/tracee-policy_$(version)_$(shell dpkg --print-architecture).deb $(SUITE)

clean:
	rm -rf .build .build-fuzz .build-kernels .build-package .build-service
