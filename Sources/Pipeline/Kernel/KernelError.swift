import Glibc
import Policy

/// Something that the kernel or libbpf refused.
public struct KernelError: Error, Equatable, CustomStringConvertible {
  /// What was tried, as in "cannot …".
  public let operation: String
  /// The error number of the call; 0 when none says more than the operation.
  public let code: Int32
  /// What to do about it, or what the kernel said; may be empty.
  public let advice: String

  /// Makes an error.
  ///
  /// - Parameter code: an error number, also negative as libbpf gives it.
  public init(_ operation: String, code: Int32 = 0, advice: String = "") {
    self.operation = operation
    self.code = abs(code)
    self.advice = advice.isEmpty ? OpenFiles.advice(code) ?? "" : advice
  }

  /// One sentence: what failed, why, and what to do.
  ///
  /// Names in it cannot add lines or move a cursor.
  public var description: String {
    var text = "cannot \(operation)"
    if code != 0, let reason = unsafe strerror(code) {
      text += ": \(unsafe String(cString: reason))"
    }
    if !advice.isEmpty { text += "; \(advice)" }
    return Visible.text(text)
  }
}
