// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Policy
import System

/// What a machine offers to a tracer, and what it lacks.
public struct MachineReport: Sendable {
  /// A thing that was looked for.
  public struct Check: Sendable {
    /// The name of the check in the JSON of `doctor`.
    public let name: String
    /// What it is, in a few words.
    public let summary: String
    /// What was found; nil when it is missing.
    public let found: String?
    /// Why it is missing, and what to do; nil when it is there.
    public let refusal: String?
  }

  /// The checks of what tracing needs, in the order in which `doctor` prints them.
  public let requirements: [Check]
  /// The hooks of the programs.
  public let hooks: [HookReport]
  /// How a tracer can be kept from doing more than it should; it does without what is missing.
  public let hardening: [Check]
  /// How many containers look like the host.
  public let hiddenContainers: Int
  /// The release of the kernel.
  public let kernel: String

  /// Looks at this machine; loads the programs to try them, and attaches nothing.
  ///
  /// - Parameter cgroup: the directory of the cgroup that is to be traced; nil for the root of the v2 tree.
  public init(cgroup: String? = nil) {
    requirements = Requirement.all.map { requirement in
      Check(requirement.name, requirement.summary) { () throws(SystemError) in
        try requirement.check(cgroup: cgroup)
      }
    }
    hooks = HookReport.all
    hardening = Hardening.Measure.allCases.map { measure in
      Check(measure.rawValue, measure.summary) { () throws(SystemError) in try measure.check() }
    }
    hiddenContainers = HiddenContainers.count()
    var names = utsname()
    unsafe uname(&names)
    kernel = unsafe withUnsafeBytes(of: &names.release) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Whether nothing is missing that tracing needs.
  public var canTrace: Bool { requirements.allSatisfy { $0.found != nil } }

  /// A line for each thing.
  public var text: String {
    var lines = requirements.map(\.line)
    if let remark = HiddenContainers.remark(hiddenContainers) { lines.append("note     \(remark)") }
    lines += hooks.map(\.line)
    lines += hardening.map { check in
      check.refusal.map { "without  \(check.summary): \($0)" } ?? check.line
    }
    return lines.map { Visible.text($0) + "\n" }.joined()
  }

  /// The same as an object.
  ///
  /// Source: ``Policy/DoctorSchema``.
  public var json: JSONValue {
    .object([
      .init("kernel", .text(kernel)),
      .init("canTrace", .bool(canTrace)),
      .init("requirements", .list(requirements.map(\.json))),
      .init("hooks", .list(hooks.map(\.json))),
      .init("hardening", .list(hardening.map(\.json))),
      .init("hiddenContainers", .number(hiddenContainers)),
    ])
  }
}

extension MachineReport.Check {
  fileprivate init(
    _ name: String, _ summary: String, _ check: () throws(SystemError) -> String
  ) {
    var found: String?
    var refusal: String?
    do throws(SystemError) { found = try check() } catch { refusal = error.description }
    self.init(name: name, summary: summary, found: found, refusal: refusal)
  }

  fileprivate var line: String {
    refusal.map { "missing  \(summary): \($0)" } ?? "ok       \(summary): \(found ?? "")"
  }

  fileprivate var json: JSONValue {
    .object([
      .init("name", .text(name)),
      .init("state", .text(refusal == nil ? "ok" : "missing")),
      .init("found", found.map { .text($0) } ?? .null),
      .init("refusal", refusal.map { .text($0) } ?? .null),
    ])
  }
}

extension HookReport {
  fileprivate var line: String {
    switch (used, isFallback) {
    case (let used?, false): "hook     \(name): \(used)"
    case (let used?, true): "fallback \(name): \(used); \(absence)"
    case (nil, _): "no hook  \(name): \(absence)"
    }
  }

  fileprivate var json: JSONValue {
    .object([
      .init("name", .text(name)),
      .init("used", used.map { .text($0) } ?? .null),
      .init("isFallback", .bool(isFallback)),
      .init("absence", .text(absence)),
    ])
  }
}
