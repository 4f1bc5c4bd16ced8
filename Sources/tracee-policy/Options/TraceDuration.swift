// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A duration on the command line: a whole number, then `ms`, `s`, `m` or `h`.
struct TraceDuration: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), count > 0, count < 1_000_000_000 else { return nil }
    switch argument.dropFirst(digits.count) {
    case "ms": duration = .milliseconds(count)
    case "s": duration = .seconds(count)
    case "m": duration = .seconds(count * 60)
    case "h": duration = .seconds(count * 3600)
    default: return nil
    }
  }

  var defaultValueDescription: String { "\(duration)" }
}
