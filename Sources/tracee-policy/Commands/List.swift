// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Policy

/// Lists the events, sets and scopes of the policy language, or policies.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List events, sets, scopes, policies or signatures.",
    subcommands: [
      ListEvents.self, ListSets.self, ListScopes.self, ListPolicies.self, ListSignatures.self,
    ])

  /// The output format of a list.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table, json
  }

  struct Options: ParsableArguments {
    @Option(help: "The output format.")
    var format = Format.table

    func show(_ listing: Listing) throws(ExitCode) {
      switch format {
      case .table: try StandardOutput.write(listing.table)
      case .json: try StandardOutput.write(listing.json.rendered() + "\n")
      }
    }
  }
}

struct ListEvents: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "List all events, or the fields of one.")

  @Argument(
    help: "List the fields of this event.",
    completion: .list(EventKind.allCases.map(\.name)))
  var name: String?

  @Flag(help: "Show all names that a field takes, not only the first.")
  var values = false

  @OptionGroup var options: List.Options

  func validate() throws {
    if values, name == nil { throw ValidationError("--values needs the name of an event.") }
    guard let name, EventKind(name: name) == nil else { return }
    let near = Nearest.question(name, among: EventKind.allCases.map(\.name))
    throw ValidationError("There is no event '\(name)'" + (near.map { ": \($0)" } ?? "."))
  }

  func run() throws {
    let event = name.flatMap(EventKind.init(name:))
    try options.show(event.map { Listing.fields(of: $0, inFull: values) } ?? .events)
  }
}

struct ListSets: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sets", abstract: "List the sets of events.")

  @OptionGroup var options: List.Options

  func run() throws { try options.show(.sets) }
}

struct ListScopes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scopes", abstract: "List the keys and words of scopes.")

  @OptionGroup var options: List.Options

  func run() throws { try options.show(.scopes) }
}

struct ListPolicies: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policies", abstract: "List the policies in files and directories.")

  @Argument(help: "Policy files or directories.", completion: .file())
  var paths: [String] = []

  @OptionGroup var options: List.Options

  @Flag(help: "List the files instead, with those that others replace or mask.")
  var sources = false

  @OptionGroup var variables: VariableOptions

  func validate() throws {
    if paths.isEmpty, variables.config == nil {
      throw ValidationError("Missing expected argument '<paths> ...'")
    }
  }

  func run() throws {
    let (configuration, values) = try variables.read()
    let paths = paths.isEmpty ? configuration?.policies ?? [] : paths
    if sources { return try listSources(paths) }
    let set = PolicySet.load(paths: paths, variables: values).checked()
    for failure in set.failures { StandardError.report("\(failure.path): \(failure.reason)") }
    let errors = set.diagnostics.filter { $0.severity == .error }
    if !errors.isEmpty { StandardError.write(ConciseRenderer.render(errors)) }
    try options.show(.policies(set.policies))
    if !set.failures.isEmpty { throw ExitCode.worldRefused }
    if !errors.isEmpty { throw ExitCode.findings }
  }

  private func listSources(_ paths: [String]) throws(ExitCode) {
    var entries: [SourcePaths.Entry] = []
    var failures: [SourceFailure] = []
    for path in paths {
      do throws(SourceFailure) { entries += try SourcePaths.entries(at: path) } catch {
        failures.append(error)
      }
    }
    for failure in failures { StandardError.report("\(failure.path): \(failure.reason)") }
    try options.show(.sources(entries))
    if !failures.isEmpty { throw .worldRefused }
  }
}

struct ListSignatures: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signatures", abstract: "List the signatures of files and directories.")

  @Argument(help: "Files or directories with signatures.", completion: .file())
  var paths: [String]

  @OptionGroup var options: List.Options

  func run() throws {
    let set = PolicySet.load(paths: paths).checked()
    for failure in set.failures { StandardError.report("\(failure.path): \(failure.reason)") }
    let errors = set.diagnostics.filter { $0.severity == .error }
    if !errors.isEmpty { StandardError.write(ConciseRenderer.render(errors)) }
    try options.show(.signatures(set.signatures))
    if !set.failures.isEmpty { throw ExitCode.worldRefused }
    if !errors.isEmpty { throw ExitCode.findings }
  }
}
