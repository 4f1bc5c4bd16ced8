// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Policy

/// The options that give `${NAME}` in policies a value.
struct VariableOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Set the variable ${NAME} in policies; repeatable.", valueName: "name=value"))
  var assignments: [Assignment] = []

  @Option(
    help: ArgumentHelp(
      "Read settings from this configuration file; options take precedence.",
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

  /// Returns the variables of options, the configuration and the environment; the first that has a name wins.
  func variables(_ configuration: Configuration?) -> Variables {
    var variables = Variables(configuration?.values.variables ?? [:])
    for assignment in assignments { variables.values[assignment.name] = assignment.value }
    variables.usesEnvironment = true
    return variables
  }

  /// Reads the configuration, if one is named, and all variables.
  ///
  /// - Throws: the exit code, after printing everything that is wrong.
  func read() throws(ExitCode) -> (configuration: Configuration?, variables: Variables) {
    let configuration = try config.map { path throws(ExitCode) in try Configuration.read(path) }
    return (configuration, variables(configuration))
  }
}
