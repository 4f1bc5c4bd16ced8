// SPDX-License-Identifier: Apache-2.0

import Policy

/// The comment of a packet in a capture that we wrote: whose it is.
///
/// Source: ``PcapngWriter``.
enum OwnerComment {
  /// The owner as an expression; nil when the comment names none, or is not ours.
  ///
  /// Names of processes and paths can hold anything: a semicolon in them is written with a backslash before it.
  static func owner(in comment: RawSpan) -> OwnerExpression? {
    let parts = Self.parts(of: comment.repairedText)
    guard parts.count >= 3, parts[0].hasPrefix("process "), parts[1].hasPrefix("pid "),
      parts[2].hasPrefix("uid ")
    else { return nil }
    var words = [
      "comm=" + parts[0].dropFirst("process ".count), "pid=" + parts[1].dropFirst("pid ".count),
      "uid=" + parts[2].dropFirst("uid ".count),
    ]
    var isContained = false
    for part in parts.dropFirst(3) {
      if part.hasPrefix("executable ") {
        words.append("executable=" + part.dropFirst("executable ".count))
      } else if part.hasPrefix("container ") {
        words.append("container=" + part.dropFirst("container ".count))
        isContained = true
      } else {
        break
      }
    }
    let text =
      words.map { ExpressionFault.quoted($0) }.joined(separator: " ")
      + (isContained ? "" : " not-container")
    return try? OwnerExpression(text)
  }

  /// The parts between semicolons.
  private static func parts(of text: String) -> [String] {
    var parts = [""]
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        parts[parts.count - 1].unicodeScalars.append(scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if scalar == ";" {
        parts.append("")
      } else if scalar == " ", parts.count > 1, parts.last?.isEmpty == true {
        continue
      } else {
        parts[parts.count - 1].unicodeScalars.append(scalar)
      }
    }
    return parts
  }
}

/// The owner of the comment that was read last: the next packet is often of the same one.
final class KnownComment {
  private var comment: [UInt8] = []
  private var owner: OwnerExpression?

  /// The owner that a comment names.
  func owner(in text: RawSpan) -> OwnerExpression? {
    let known = comment
    if text.isEqual(to: known.bytes) { return owner }
    comment = text.copy
    owner = OwnerComment.owner(in: text)
    return owner
  }
}
