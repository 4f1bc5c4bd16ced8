import ArgumentParser
import Glibc
import Pipeline

/// A destination on the command line: a format, and a path after a colon.
struct DestinationArgument: ExpressibleByArgument {
  let destination: Destination

  init?(argument: String) {
    guard let destination = Destination(argument: argument) else { return nil }
    self.destination = destination
  }

  /// A table for a person at a terminal, else JSON.
  static var standard: Destination { Destination(isatty(STDOUT_FILENO) == 1 ? .table : .json) }
}
