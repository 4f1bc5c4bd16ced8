// SPDX-License-Identifier: Apache-2.0

/// What a program that has ended left behind.
public struct Outcome: Sendable {
  /// How it ended.
  public let ending: Ending
  /// All of its standard output.
  public let output: String
  /// All of its standard error.
  public let errors: String

  /// Takes what a process that has ended left behind.
  public init(ending: Ending, output: String, errors: String) {
    self.ending = ending
    self.output = output
    self.errors = errors
  }
}

/// A program that should have succeeded and did not.
public struct CommandFailed: Error, CustomStringConvertible {
  /// The command, its end and what it said.
  public let description: String

  init(_ command: [String], _ outcome: Outcome) {
    description = "\(command): \(outcome.ending)\n\(outcome.output)\(outcome.errors)"
  }
}

/// Runs a program to its end.
public func outcome(
  of command: [String], input: StandardInput = .nothing, within limit: Duration = .seconds(30)
) async throws -> Outcome {
  let process = try ChildProcess(command, input: input)
  let ending = try await process.end(within: limit)
  return Outcome(ending: ending, output: process.outputText, errors: process.errorText)
}

/// Runs a program that must exit with 0; returns its standard output.
@discardableResult
public func run(
  _ command: String..., input: StandardInput = .nothing, within limit: Duration = .seconds(30)
) async throws -> String {
  try await run(command, input: input, within: limit)
}

/// Runs a program that must exit with 0; returns its standard output.
@discardableResult
public func run(
  _ command: [String], input: StandardInput = .nothing, within limit: Duration = .seconds(30)
) async throws -> String {
  let outcome = try await outcome(of: command, input: input, within: limit)
  guard outcome.ending == .exited(0) else { throw CommandFailed(command, outcome) }
  return outcome.output
}
