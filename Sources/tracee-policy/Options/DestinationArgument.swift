// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline

/// The argument of `--output`: a format, then a path after a colon, then options after commas.
enum DestinationArgument {
  /// Returns the destination that an argument describes.
  ///
  /// - Throws: a usage error with the reason.
  static func parse(_ argument: String) throws -> Destination {
    do { return try Destination(parsing: argument) } catch {
      throw ValidationError(error.description)
    }
  }

  /// The default destination: standard output, as a table on a terminal and as JSON elsewhere.
  static var standard: Destination { Destination(Terminal.isOutput ? .table : .json) }
}
