// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The argument of `--signature`: the path of a program, then options after commas.
struct ProgramArgument: Equatable, Sendable {
  /// Its path.
  var path: String
  /// The name of the user that it runs as.
  var user = "nobody"
  /// Whether events wait for it instead of being lost when it reads too slowly; nil for what the command does.
  var waits: Bool?

  static let forms = "PROGRAM[,user=NAME][,on-full=block|drop]"

  /// Why an argument names no program.
  struct ParsingError: Error, CustomStringConvertible {
    let description: String
  }

  /// Parses an argument; a comma that begins no option is part of the path.
  init(parsing argument: String) throws(ParsingError) {
    var rest = argument[...]
    while let comma = rest.lastIndex(of: ",") {
      let option = rest[rest.index(after: comma)...]
      let halves = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, halves[0].allSatisfy({ $0.isLetter || $0 == "-" }) else { break }
      let value = String(halves[1])
      switch halves[0] {
      case "user": user = value
      case "on-full" where value == "block": waits = true
      case "on-full" where value == "drop": waits = false
      case "on-full":
        throw ParsingError(description: "`on-full` is block or drop, not `\(value)`")
      default:
        throw ParsingError(
          description: "a signature program has no option `\(halves[0])`; write \(Self.forms)")
      }
      rest = rest[..<comma]
    }
    guard !rest.isEmpty else {
      throw ParsingError(description: "`\(argument)` names no program; write \(Self.forms)")
    }
    path = String(rest)
  }

  /// Returns the program that an argument of the command line names.
  ///
  /// - Throws: a usage error with the reason.
  static func parse(_ argument: String) throws -> ProgramArgument {
    do { return try ProgramArgument(parsing: argument) } catch {
      throw ValidationError(error.description)
    }
  }
}
