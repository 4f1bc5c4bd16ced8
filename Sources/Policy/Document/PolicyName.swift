// SPDX-License-Identifier: Apache-2.0

/// The syntax of policy names: a DNS-1123 subdomain, which Kubernetes requires of names of resources.
public enum PolicyName {
  /// The longest name, in bytes (RFC 1123 §2.1, RFC 1035 §2.3.4).
  public static let lengthLimit = 253

  /// Returns what is wrong with a name, as the end of a sentence that begins with the name; nil if it is valid.
  public static func fault(of name: String) -> String? {
    let bytes = Array(name.utf8)
    if bytes.isEmpty { return "is empty" }
    if bytes.count > lengthLimit { return "is longer than \(lengthLimit) characters" }
    if let other = name.unicodeScalars.first(where: { !isAllowed($0) }) {
      return "cannot contain `\(other)`"
    }
    let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let hyphen = UInt8(ascii: "-")
    if labels.contains(where: \.isEmpty) { return "has an empty part before or after a dot" }
    if labels.contains(where: { $0.first == hyphen || $0.last == hyphen }) {
      return "has a `-` at the start or end of a part"
    }
    return nil
  }

  /// Returns a valid name like an invalid one, in lower case and with `-` for characters that are not
  /// allowed; nil if that is not valid either.
  public static func suggestion(for name: String) -> String? {
    let scalars = name.lowercased().unicodeScalars.map { isAllowed($0) ? Character($0) : "-" }
    let labels = String(scalars).split(separator: ".").map { label in
      label.split(separator: "-").joined(separator: "-")
    }
    let suggestion = labels.filter { !$0.isEmpty }.joined(separator: ".")
    return fault(of: suggestion) == nil ? suggestion : nil
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "0"..."9", ".", "-": true
    default: false
    }
  }
}
