import ArgumentParser
import Policy

/// Lists the events, sets and scopes of the policy language, or policies.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List events, sets, scopes or policies.",
    subcommands: [ListEvents.self, ListSets.self, ListScopes.self, ListPolicies.self])

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

  @Argument(help: "List the fields of this event.")
  var name: String?

  @OptionGroup var options: List.Options

  func validate() throws {
    guard let name, EventKind(name: name) == nil else { return }
    let near = Nearest.question(name, among: EventKind.allCases.map(\.name))
    throw ValidationError("There is no event '\(name)'" + (near.map { ": \($0)" } ?? "."))
  }

  func run() throws {
    try options.show(name.flatMap(EventKind.init(name:)).map(Listing.fields(of:)) ?? .events)
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
  var paths: [String]

  @OptionGroup var options: List.Options

  func run() throws {
    let set = PolicySet.load(paths: paths).checked()
    for failure in set.failures { StandardError.report("\(failure.path): \(failure.reason)") }
    let errors = set.diagnostics.filter { $0.severity == .error }
    if !errors.isEmpty { StandardError.write(ConciseRenderer.render(errors)) }
    try options.show(.policies(set.policies))
    if !set.failures.isEmpty { throw ExitCode.worldRefused }
    if !errors.isEmpty { throw ExitCode.findings }
  }
}
