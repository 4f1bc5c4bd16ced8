// SPDX-License-Identifier: Apache-2.0

/// Reports something that always holds and does not.
///
/// A fuzzed input ends the run, so that libFuzzer keeps it; a test fails and goes on.
func claim(_ holds: Bool, _ what: @autoclosure () -> String) {
  guard holds else { return report(brokenClaim: what()) }
}
