// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Policy

/// A first word of the command line that is no command, but was probably meant as one.
///
/// Without a command a word is a policy file, so `lnit` would only be a file that cannot be opened.
enum MistakenCommand {
  /// Words that other programs use for what a command here does.
  private static let synonyms = [
    "check": "lint", "verify": "lint", "fmt": "lint --fix", "fix": "lint --fix", "run": "apply",
    "start": "apply", "trace": "apply", "read": "replay", "show": "list", "events": "list events",
    "status": "doctor", "version": "--version",
  ]

  /// Returns what is wrong with the first word of the command line, as a sentence; nil if it may be meant as it is.
  static func fault(in word: String?) -> String? {
    guard let word, let first = word.first, first.isASCII, first.isLetter,
      word.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "-") })
    else { return nil }
    var commands = ["help"]
    for command in TraceePolicy.configuration.subcommands {
      commands.append(command.configuration.commandName ?? "\(command)".lowercased())
      commands += command.configuration.aliases
    }
    guard !commands.contains(word), access(word, F_OK) != 0 else { return nil }
    let question =
      synonyms[word].map { "did you mean `\($0)`?" } ?? Nearest.question(word, among: commands)
    return question.map { "there is no command and no file `\(word)`: \($0)" }
  }
}
