// SPDX-License-Identifier: Apache-2.0

/// A thing that a test waited for and that did not come.
public struct DeadlineMissed: Error, CustomStringConvertible {
  /// What was waited for, how long, and what was there instead.
  public let description: String

  init(_ awaited: String, within limit: Duration, instead: String = "") {
    description = "no \(awaited) within \(limit)" + (instead.isEmpty ? "" : "\n\(instead)")
  }
}

/// Waits until a condition holds.
///
/// - Parameter instead: tells what is there, for the error.
public func eventually(
  _ awaited: String, within limit: Duration = .seconds(20), instead: () -> String = { "" },
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  // Where hundreds of tests wait for a processor, a limit can be over before much was asked.
  var asked = 0
  while try await !condition() {
    asked += 1
    guard ContinuousClock.now < deadline || asked < 100 else {
      throw DeadlineMissed(awaited, within: limit, instead: instead())
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}
