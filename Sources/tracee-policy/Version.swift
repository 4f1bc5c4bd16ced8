// SPDX-License-Identifier: Apache-2.0

/// The version of this program, as `--version` prints it: major, minor and patch (semver.org).
///
/// This is the only place that states it. Packages read it from here, and `CHANGELOG.md` has a section for it.
let version = "0.1.0"
