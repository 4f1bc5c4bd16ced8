// SPDX-License-Identifier: Apache-2.0

public import System

/// Why tracing ended before its time.
public enum TraceError: Error, CustomStringConvertible {
  case kernel(SystemError)
  case output(OutputError)

  /// Does what may fail on the kernel's side.
  static func wrapping<Value: ~Copyable>(
    _ body: () throws(SystemError) -> Value
  ) throws(TraceError) -> Value {
    do throws(SystemError) { return try body() } catch { throw .kernel(error) }
  }

  /// One sentence: what failed, why, and what to do.
  public var description: String {
    switch self {
    case .kernel(let error): error.description
    case .output(let error): error.description
    }
  }
}
