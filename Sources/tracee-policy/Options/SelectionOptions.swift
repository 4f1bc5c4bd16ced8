import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

/// What to trace: policies in files, or events and scopes on the command line.
struct SelectionOptions: ParsableArguments {
  @Argument(help: "Policy files or directories.", completion: .file())
  var paths: [String] = []

  @Option(
    name: [.customShort("p"), .customLong("policy")], parsing: .singleValue,
    help: "A policy file or directory; repeatable.", completion: .file())
  var policies: [String] = []

  @Option(
    name: .shortAndLong, parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Trace these events, or one event with a filter: net_packet_tcp.data.dst_port=80; repeatable.",
      discussion: "-EVENT leaves out an event of the other selected events, or of the set default.")
  )
  var events: [String] = []

  @Option(
    name: .shortAndLong, parsing: .singleValue,
    help: "Trace only packets of these owners: comm=curl, uid>=1000, container; repeatable.")
  var scope: [String] = []

  @Option(
    name: .customLong("signature"), parsing: .singleValue,
    help: ArgumentHelp(
      "Run this program, which finds by signatures of its own; repeatable.",
      discussion: """
        It runs as the user nobody; append ,user=NAME for another one. Policies select its signatures by name.
        """),
    completion: .file())
  var signatures: [String] = []

  func validate() throws {
    if !(paths + policies).isEmpty && !(events + scope).isEmpty {
      throw ValidationError("--events and --scope cannot be combined with policy files")
    }
  }

  /// Starts the programs of signatures.
  ///
  /// - Parameters:
  ///   - clock: converts times of events to time since the epoch.
  ///   - waits: whether events wait for a program that reads slowly.
  /// - Throws: the exit code, after printing what is wrong.
  func startPrograms(clock: BootClock, waits: Bool) throws(ExitCode) -> [SignatureProgram] {
    var programs: [SignatureProgram] = []
    for signature in signatures {
      let parts = signature.split(separator: ",user=", maxSplits: 1)
      let user = parts.count == 2 ? String(parts[1]) : "nobody"
      do throws(ProgramError) {
        programs.append(
          try SignatureProgram(
            starting: String(parts.first ?? ""), as: user, clock: clock, waits: waits))
      } catch {
        StandardError.report(error.description)
        throw .worldRefused
      }
    }
    return programs
  }
}

/// The selected policies, which can be read more than once.
struct Selection: Sendable {
  /// The paths of policies; empty when `--events` and `--scope` select instead.
  let paths: [String]
  private let commandLine: CommandLineSelection
  /// What was read of standard input, which can be read only once; nil if it is not selected.
  private let standardInput: Result<SourceFile, SourceFailure>?
  /// What the programs of signatures say that they have.
  private let programs: [ProgramSignatures]

  /// Takes one path of policies.
  init(path: String, programs: [ProgramSignatures] = []) {
    self.programs = programs
    paths = [path]
    commandLine = CommandLineSelection(events: [], scopes: [])
    standardInput = nil
  }

  init(_ options: SelectionOptions, programs: [SignatureProgram] = []) {
    self.programs = programs.map(\.signatures)
    paths = options.paths + options.policies
    commandLine = CommandLineSelection(events: options.events, scopes: options.scope)
    let isRead = paths.contains("-")
    standardInput = isRead ? Result { () throws(SourceFailure) in try SourceFile.read("-") } : nil
  }

  /// Returns the plan of the selected policies.
  ///
  /// - Throws: the exit code (`docs/cli.md`), after printing what is wrong.
  func plan() throws(ExitCode) -> TracePlan {
    guard let plan = try accepted().plan else { throw .findings }
    return plan
  }

  /// Returns the plan of the selected policies, and the paths of the lists that they name.
  ///
  /// - Throws: the exit code (`docs/cli.md`), after printing what is wrong.
  func planWithLists() throws(ExitCode) -> (plan: TracePlan, lists: [String]) {
    let checked = try accepted()
    guard let plan = checked.plan else { throw .findings }
    return (plan, checked.listPaths)
  }

  /// Returns the selected policies, checked; their plan has at least one rule.
  ///
  /// - Throws: the exit code (`docs/cli.md`), after printing what is wrong.
  func accepted() throws(ExitCode) -> CheckedSet {
    let checked = checked()
    StandardError.write(remarks(on: checked))
    guard checked.failures.isEmpty else { throw .worldRefused }
    guard let plan = checked.plan, !plan.rules.isEmpty else { throw .findings }
    return checked
  }

  /// Returns the selection as its files are now, read and compiled again.
  ///
  /// Files that change while they are read are read again, up to 20 times, 0.1 s apart. May be called on any thread.
  func reading() -> PlanReading {
    for _ in 0..<20 {
      let before = SourceStates(of: paths)
      let checked = checked()
      if before == SourceStates(of: paths) {
        let remarks = remarks(on: checked)
        guard let plan = checked.plan, !plan.rules.isEmpty else {
          return PlanReading(plan: nil, remarks: remarks, lists: checked.listPaths)
        }
        let (resolved, notes) = NamedPlaces.resolved(plan)
        let lines = notes.map { StandardError.line("note: \($0)") }.joined()
        return PlanReading(plan: resolved, remarks: remarks + lines, lists: checked.listPaths)
      }
      usleep(100_000)
    }
    return PlanReading(
      plan: nil,
      remarks: StandardError.line("the policy files keep changing; the policies were not reloaded"))
  }

  private func checked() -> CheckedSet {
    guard paths.isEmpty else {
      var set = PolicySet.load(paths: paths) { path throws(SourceFailure) in
        guard path == "-", let standardInput else { return try SourceFile.read(path) }
        return try standardInput.get()
      }
      for program in programs { set.add(program) }
      return set.checked()
    }
    var set = PolicySet()
    set.sources = [commandLine.source]
    set.documents = [commandLine.document]
    set.diagnostics = commandLine.diagnostics
    for program in programs { set.add(program) }
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
