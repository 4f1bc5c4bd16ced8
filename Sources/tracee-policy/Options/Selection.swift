// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Pipeline
import Policy

/// The selected policies, which can be read more than once.
struct Selection: Sendable {
  /// The paths of policies; empty when `--events` and `--scope` select instead.
  let paths: [String]
  private let commandLine: CommandLineSelection
  /// What was read of standard input, which can be read only once; nil if it is not selected.
  private let standardInput: Result<SourceFile, SourceFailure>?
  private let options: VariableOptions
  private let variables: Variables

  /// Creates a selection.
  ///
  /// - Parameters:
  ///   - configuration: where paths come from when no option names one.
  ///   - variables: the values of `${NAME}` at the first reading; later ones read the configuration again.
  init(_ options: SelectionOptions, _ configuration: Configuration?, _ variables: Variables) {
    let named = options.paths + options.policies
    let isNamed = !(named + options.events + options.scope).isEmpty
    paths = isNamed ? named : configuration?.policies ?? []
    commandLine = CommandLineSelection(events: options.events, scopes: options.scope)
    let isRead = paths.contains("-")
    standardInput = isRead ? Result { () throws(SourceFailure) in try SourceFile.read("-") } : nil
    self.options = options.variables
    self.variables = variables
  }

  /// Creates a selection of the policies of one path, with the variables of another selection.
  init(path: String, variablesOf other: Selection) {
    paths = [path]
    commandLine = CommandLineSelection(events: [], scopes: [])
    standardInput = nil
    options = other.options
    variables = other.variables
  }

  /// The files and directories that are read again, each by itself.
  var watchedPaths: [String] {
    paths.flatMap(SourcePaths.directories)
      + (paths.isEmpty ? [] : [options.config].compactMap(\.self))
  }

  /// Returns the selected policies, checked; their plan has at least one rule.
  ///
  /// - Throws: the exit code (`docs/cli.md`), after printing what is wrong.
  func accepted() throws(ExitCode) -> CheckedSet {
    let checked = checked(variables)
    StandardError.write(remarks(on: checked))
    if let code = Self.code(of: checked) { throw code }
    return checked
  }

  /// Returns the selection as its files are now, read and compiled again.
  ///
  /// Files that change while they are read are read again, up to ``attempts`` times, 50 ms apart. Files that have just
  /// changed may be the first of several: they are read when nothing has changed for ``rest``.
  ///
  /// May be called on any thread.
  func reading() -> PlanReading {
    for _ in 0..<Self.attempts {
      let before = SourceStates(of: watchedPaths)
      let variables: Variables
      do throws(PlanRefusal) { variables = try currentVariables() } catch { return error.reading }
      let checked = checked(variables)
      if before == SourceStates(of: watchedPaths), before.age > Self.rest {
        return reading(of: checked)
      }
      usleep(50_000)
    }
    return PlanReading(
      plan: nil,
      remarks: StandardError.line("the policy files keep changing; the policies were not reloaded"))
  }

  /// Returns the plan of sources that were kept, compiled with the variables of the first reading.
  func reading(of sources: [SourceFile]) -> PlanReading {
    reading(of: PolicySet.parse(sources, variables: variables).checked())
  }

  /// Returns the exit code for a selection that cannot be traced; nil if it can.
  static func code(of checked: CheckedSet) -> ExitCode? {
    guard checked.failures.isEmpty else { return .worldRefused }
    return checked.plan?.rules.isEmpty ?? true ? .findings : nil
  }

  /// Reads the selection for the first time.
  ///
  /// - Returns: what came of it, and the exit code when it cannot be traced.
  func firstReading() -> (reading: PlanReading, code: ExitCode?) {
    let checked = checked(variables)
    return (reading(of: checked), Self.code(of: checked))
  }

  private static let attempts = 40
  private static let rest = Duration.milliseconds(50)

  private struct PlanRefusal: Error {
    let reading: PlanReading
  }

  private func currentVariables() throws(PlanRefusal) -> Variables {
    guard let config = options.config, !paths.isEmpty else { return variables }
    let source: SourceFile
    do throws(SourceFailure) { source = try SourceFile.read(config) } catch {
      let line = "\(error.path): \(error.reason)"
      throw PlanRefusal(
        reading: PlanReading(plan: nil, remarks: StandardError.line(line), findings: [line]))
    }
    let configuration = Configuration(source)
    guard configuration.isGood else {
      throw PlanRefusal(
        reading: PlanReading(
          plan: nil, remarks: configuration.remarks,
          findings: Self.findings(configuration.diagnostics)))
    }
    return options.variables(configuration)
  }

  private func reading(of checked: CheckedSet) -> PlanReading {
    var remarks = remarks(on: checked)
    var plan = checked.plan
    if let named = plan, !named.rules.isEmpty {
      let (resolved, notes) = NamedPlaces.resolved(named)
      plan = resolved
      remarks += notes.map { StandardError.line("note: \($0)") }.joined()
    } else {
      plan = nil
    }
    let failures = checked.failures.map { Visible.text("\($0.path): \($0.reason)") }
    return PlanReading(
      plan: plan, remarks: remarks,
      findings: failures + Self.findings(checked.diagnostics), sources: checked.sources,
      contents: SetContents(checked))
  }

  /// The first 50 errors, one line each.
  private static func findings(_ diagnostics: [Diagnostic]) -> [String] {
    diagnostics.filter { $0.severity == .error }.prefix(50).map(ConciseRenderer.line)
  }

  private func checked(_ variables: Variables) -> CheckedSet {
    guard paths.isEmpty else {
      return PolicySet.load(paths: paths, variables: variables) { path throws(SourceFailure) in
        guard path == "-", let standardInput else { return try SourceFile.read(path) }
        return try standardInput.get()
      }.checked()
    }
    var set = PolicySet()
    set.sources = [commandLine.source]
    set.documents = [commandLine.document]
    set.diagnostics = commandLine.diagnostics
    return set.checked()
  }

  /// The messages about a selection, to print before tracing starts, or instead.
  private func remarks(on checked: CheckedSet) -> String {
    var text = checked.failures.map { StandardError.line("\($0.path): \($0.reason)") }.joined()
    let shown = checked.diagnostics.filter { $0.severity != .note }
    if !shown.isEmpty { text += TextRenderer(sources: checked.sources).render(shown) }
    if checked.failures.isEmpty, let plan = checked.plan, plan.rules.isEmpty {
      text += StandardError.line(
        "no policy in \(paths.joined(separator: ", ")); name a file or directory that contains one"
      )
    }
    return text
  }
}
