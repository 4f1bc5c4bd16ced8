# SPDX-License-Identifier: Apache-2.0
# The project's own tests that compare the kernel's decisions with the reference, on this kernel.
# shellcheck shell=dash
for word in $(cat /proc/cmdline); do
  case $word in
    DECISIONS=* | SEED=*) export "${word?}" ;;
  esac
done
/tests/*.xctest --testing-library swift-testing --filter 'KernelTests.(Header)?EquivalenceTests' >tests.out 2>&1
code=$?
sed 's/^/log /' tests.out
sed -n 's/^.*Test \(".*"\) passed after .*/ok \1/p' tests.out
sed -n 's/^.*Test \(".*"\) \(failed after .*\|recorded an issue .*\)/failed \1: \2/p' tests.out
is 'equivalence: exit code' $code 0
