import ArgumentParser
import Pipeline

/// A destination on the command line: a format, a path after a colon, options after commas.
enum DestinationArgument {
  /// Reads the argument of `--output`.
  static func parse(_ argument: String) throws -> Destination {
    do { return try Destination(parsing: argument) } catch {
      throw ValidationError(error.description)
    }
  }

  /// A table for a person at a terminal, else JSON.
  static var standard: Destination { Destination(Terminal.isOutput ? .table : .json) }
}
