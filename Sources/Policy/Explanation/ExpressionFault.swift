// SPDX-License-Identifier: Apache-2.0

/// The reason why a packet or an owner on the command line is not valid.
public struct ExpressionFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The reason and what to write instead, as one sentence without a full stop.
  public let description: String

  init(_ problem: String, help: String? = nil) {
    description = problem + (help.map { ": \($0)" } ?? "")
  }

  /// Returns the fault of a word that is not one of the known ones.
  static func unknown(_ word: String, _ what: String, among known: [String]) -> ExpressionFault {
    ExpressionFault(
      "`\(word)` is not \(what)",
      help: Nearest.question(word, among: known)
        ?? "write \(known.prefix(6).joined(separator: ", "))")
  }

  /// The longest expression that is parsed, in bytes.
  static let lengthLimit = 4096

  /// The words of an expression, between blanks; a blank within double quotes belongs to its word.
  ///
  /// In quotes `\\"` and `\\\\` stand for a quote and a backslash.
  static func words(of text: String) throws(ExpressionFault) -> [String] {
    guard text.utf8.count <= lengthLimit else {
      throw ExpressionFault("an expression can have at most \(lengthLimit) bytes")
    }
    guard text.utf8.contains(UInt8(ascii: "\"")) else {
      return text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
    var words: [String] = []
    var word: String?
    var (isQuoted, isEscaped) = (false, false)
    for character in text {
      switch character {
      case _ where isEscaped:
        word?.append(character)
        isEscaped = false
      case "\\" where isQuoted: isEscaped = true
      case "\"":
        isQuoted.toggle()
        word = word ?? ""
      case _ where character.isWhitespace && !isQuoted:
        if let word { words.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    guard !isQuoted else { throw ExpressionFault("a quote is not closed") }
    if let word { words.append(word) }
    return words
  }

  /// A word as it can be written in an expression.
  package static func quoted(_ word: String) -> String {
    guard word.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "\\" }) else { return word }
    return "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

extension FieldType {
  /// Returns the single value that a word stands for.
  ///
  /// - Throws: a fault if the word is not a value of the type, or matches several.
  func value(_ word: String, of key: String) throws(ExpressionFault) -> FieldValue {
    let operands: [Operand]
    do throws(ValueFault) { operands = try self.operands(word) } catch {
      throw ExpressionFault("`\(key)` takes \(takes)", help: error.reason)
    }
    if case .enumeration = self, case .numbers(let range)? = operands.first {
      // Of numbers that share a name, the first is the usual one.
      return .number(range.lowerBound)
    }
    switch operands.first {
    case .numbers(let range) where operands.count == 1 && range.count == 1:
      return .number(range.lowerBound)
    case .addresses(let range) where operands.count == 1 && range.lowerBound == range.upperBound:
      return .address(range.lowerBound)
    case .text(.exact(let text)): return .text(text)
    // Values of paths and container ids match everything that starts with them.
    case .text(.prefix) where !word.hasSuffix("*"): return .text(word)
    case .member(let name, .exact(let text)): return .member(name, text)
    default:
      throw ExpressionFault("`\(key)` takes a single value here, and `\(word)` matches several")
    }
  }
}
