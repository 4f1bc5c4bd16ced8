// SPDX-License-Identifier: Apache-2.0

/// Names of the DNS as policies write them: in any case, with or without the final dot, and in any script.
enum DomainName {
  /// Returns the patterns of a value, of which one must match: as written in lower case without the final dot, and with
  /// labels of other scripts as A-labels (RFC 5890 §2.3.2.1), as they are sent in DNS and HTTP.
  static func patterns(_ text: String) -> [TextPattern] {
    var text = text.smallLetters
    if text.hasSuffix("."), !text.hasSuffix("\\.") { text.removeLast() }
    let patterns = [TextPattern(text)]
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return patterns }
    let labels = text.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    let ascii = labels.map { label in
      label.utf8.allSatisfy { $0 < 0x80 } || label.contains("*")
        ? String(label) : "xn--" + Punycode.encode(label.unicodeScalars.map(\.value))
    }
    return patterns + [TextPattern(ascii.joined(separator: "."))]
  }
}

/// The encoding of labels as ASCII.
///
/// Source: RFC 3492.
enum Punycode {
  /// Returns a label's scalars as ASCII, without the prefix `xn--`; linear in the label times its distinct scalars.
  static func encode(_ label: [UInt32]) -> String {
    // Longer labels cannot be sent (RFC 1035 §2.3.4).
    let label = label.prefix(63)
    let basic = label.filter { $0 < 0x80 }
    var output = basic.map { UInt8($0) }
    if !basic.isEmpty { output.append(UInt8(ascii: "-")) }
    var (code, delta, bias, handled) = (UInt32(0x80), UInt32(0), UInt32(72), basic.count)
    while handled < label.count {
      guard let next = label.filter({ $0 >= code }).min() else { break }
      delta += (next - code) * UInt32(handled + 1)
      code = next
      for scalar in label {
        if scalar < code { delta += 1 }
        guard scalar == code else { continue }
        append(delta, bias, to: &output)
        bias = adapted(delta, UInt32(handled + 1), isFirst: handled == basic.count)
        delta = 0
        handled += 1
      }
      delta += 1
      code += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func append(_ delta: UInt32, _ bias: UInt32, to output: inout [UInt8]) {
    var (rest, k) = (delta, UInt32(36))
    while true {
      let threshold = k <= bias ? 1 : min(26, k - bias)
      if rest < threshold { break }
      output.append(digit(threshold + (rest - threshold) % (36 - threshold)))
      rest = (rest - threshold) / (36 - threshold)
      k += 36
    }
    output.append(digit(rest))
  }

  private static func adapted(_ delta: UInt32, _ points: UInt32, isFirst: Bool) -> UInt32 {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / points
    var k: UInt32 = 0
    while delta > 455 {
      delta /= 35
      k += 36
    }
    return k + 36 * delta / (delta + 38)
  }

  private static func digit(_ value: UInt32) -> UInt8 {
    UInt8(value < 26 ? 97 + value : 22 + value)
  }
}
