// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Something that the kernel, or a library over it, refused.
public struct SystemError: Error, Equatable, CustomStringConvertible {
  /// What was tried, as it follows "cannot".
  public let operation: String
  /// The error number of the call, positive; 0 when none says more than the operation.
  public let code: Int32
  /// What to do about it, or the kernel's own words; may be empty.
  public let advice: String

  /// Creates an error.
  ///
  /// - Parameter code: an error number, or a negated one as libbpf returns it.
  public init(_ operation: String, code: Int32 = 0, advice: String = "") {
    self.operation = operation
    self.code = abs(code)
    self.advice = advice.isEmpty ? OpenFiles.advice(code) ?? "" : advice
  }

  /// The sentence for people: what failed, why, and what to do.
  ///
  /// Names of files are in it as they are: whoever prints it makes them harmless.
  public var description: String {
    var text = "cannot \(operation)"
    if code != 0 { text += ": \(Self.reason(code))" }
    if !advice.isEmpty { text += "; \(advice)" }
    return text
  }

  /// The C library's words for an error number.
  public static func reason(_ code: Int32) -> String {
    guard let words = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: words)
  }
}
