import ArgumentParser
import Policy

/// Values for `${NAME}` in policies.
struct VariableOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Give the variable ${NAME} of policies a value; repeatable.", valueName: "name=value"))
  var assignments: [Assignment] = []

  @Option(
    help: ArgumentHelp(
      "Take values from the service's configuration, where no option gives one.",
      valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  /// A name and a value on the command line.
  struct Assignment: ExpressibleByArgument, Sendable {
    let name: String
    let value: String

    init?(argument: String) {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, Variables.isName(String(parts[0])) else { return nil }
      name = String(parts[0])
      value = String(parts[1])
    }
  }

  /// All variables: those of options, those of a configuration, those of the environment; the first that has a name wins.
  func variables(_ configuration: Configuration?) -> Variables {
    var variables = Variables(configuration?.values.variables ?? [:])
    for assignment in assignments { variables.values[assignment.name] = assignment.value }
    variables.usesEnvironment = true
    return variables
  }

  /// Reads the configuration, if one is named, and all variables.
  ///
  /// - Throws: the exit code, after everything that is wrong was printed.
  func read() throws(ExitCode) -> (configuration: Configuration?, variables: Variables) {
    let configuration = try config.map { path throws(ExitCode) in try Configuration.read(path) }
    return (configuration, variables(configuration))
  }
}
