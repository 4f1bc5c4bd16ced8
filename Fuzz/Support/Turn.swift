// SPDX-License-Identifier: Apache-2.0

/// Tells which inputs meet what takes long: the first, so that one that is tried again alone meets everything, and then
/// one of so many.
struct Turn {
  private let each: Int
  private var count = 0

  /// Takes turns of so many inputs.
  init(each: Int) { self.each = each }

  /// Whether it is the turn of the next input.
  mutating func comes() -> Bool {
    defer { count += 1 }
    return count % each == 0
  }
}
