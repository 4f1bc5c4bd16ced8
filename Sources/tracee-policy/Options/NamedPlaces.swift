// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy

/// What a plan names on this machine: executables, cgroups and processes.
enum NamedPlaces {
  /// The most notes about one kind of place.
  private static let limit = 5

  /// Returns a plan that also matches the targets of executables that are links, and a note for each link and for
  /// each place that is not there now.
  ///
  /// - Parameter cgroupRoot: where the cgroup v2 tree is mounted.
  static func resolved(
    _ plan: TracePlan, cgroupRoot: String = "/sys/fs/cgroup"
  ) -> (plan: TracePlan, notes: [String]) {
    var targets: [String: String] = [:]
    var links: [String] = []
    var missing: [String] = []
    for path in plan.executables where path.hasPrefix("/") {
      guard let target = realPath(path) else {
        missing.append("no executable \(path) on this host")
        continue
      }
      if target != path {
        targets[path] = target
        links.append("executable=\(path) is a link: executable=\(target) matches too")
      }
    }
    let root = exists(cgroupRoot + "/unified/cgroup.procs") ? cgroupRoot + "/unified" : cgroupRoot
    let cgroups = plan.cgroups.filter { !exists(root + $0) }
      .map { "no cgroup \($0) now; it is in scope once it is there" }
    let processes = plan.processes.filter { !exists("/proc/\($0)") }
      .map { "no process has the id \($0) now" }
    let notes = [links, missing, cgroups, processes].flatMap(limited)
    return (plan.following(links: targets), notes)
  }

  private static func limited(_ notes: [String]) -> [String] {
    guard notes.count > limit else { return notes }
    return notes.prefix(limit) + ["… and \(notes.count - limit) more like the last"]
  }

  private static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }
}
