// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy

/// What a shell offers for the words of options.
enum Completions {
  /// Events and sets; after the dot of an event its fields.
  static let events = CompletionKind.custom { _, _, prefix in CatalogWords.events(prefix) }
  /// The keys and words of scopes.
  static let scopes = CompletionKind.custom { _, _, _ in CatalogWords.scopes }
  /// Formats of outputs, and places with a format of their own.
  static let outputs = CompletionKind.custom { _, _, _ in
    OutputFormat.allCases.flatMap { format in
      format == .none ? [format.rawValue] : [format.rawValue, format.rawValue + ":"]
    } + OutputPlace.forms
  }
}
