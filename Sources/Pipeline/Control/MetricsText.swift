// SPDX-License-Identifier: Apache-2.0

/// Metrics in the text format of Prometheus, version 0.0.4.
struct MetricsText {
  /// How numbers of a family behave.
  enum Kind: String {
    case counter, gauge
  }

  /// The text so far.
  private(set) var text = ""

  /// Begins a family of metrics with its help, one sentence; the samples that follow belong to it.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private var name = ""

  /// Adds a sample of the family; labels keep their order.
  mutating func sample(_ value: some BinaryInteger, _ labels: KeyValuePairs<String, String> = [:]) {
    sample("\(value)", labels)
  }

  /// Adds a sample that need not be whole.
  mutating func sample(_ value: Double) { sample("\(value)", [:]) }

  private mutating func sample(_ value: String, _ labels: KeyValuePairs<String, String>) {
    let list = labels.map { "\($0.key)=\"\(Self.escape($0.value))\"" }.joined(separator: ",")
    text += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
  }

  /// A label's value, in which a backslash, a quote and a line break are escaped.
  private static func escape(_ value: String) -> String {
    var escaped = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
