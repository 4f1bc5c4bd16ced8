// SPDX-License-Identifier: Apache-2.0

/// How a table is printed: its width in columns, and whether it has colours.
public struct TableStyle: Equatable, Sendable {
  /// The columns of a line, at least ``narrowest``; nil for lines of any length.
  public var width: Int?
  /// Whether the table has colours.
  public var isColoured: Bool

  /// The smallest width in columns that leaves room for addresses and details.
  public static let narrowest = 60

  /// Creates a style; without a width, nothing is cut except long names of policies and processes.
  ///
  /// - Parameter width: in columns; less than ``narrowest`` counts as that.
  public init(width: Int? = nil, isColoured: Bool = false) {
    self.width = width.map { max($0, Self.narrowest) }
    self.isColoured = isColoured
  }
}

/// The widths of a table's columns, without the blank after each; what is narrow leaves columns out.
struct TableColumns: Equatable {
  /// Whether times have milliseconds.
  var hasMilliseconds = true
  /// Of the user's number; 0 if it is left out.
  var user = 5
  /// Of the name of the process.
  var comm = 15
  /// Of the process id.
  let process = 7
  /// Of the name of the event.
  var event = 13
  /// Of the names of policies; 0 if they are left out.
  var policies = 10
  /// Of the addresses and the details together, including the blank between them.
  private(set) var rest = 0

  /// The room that addresses and details should have before a column with more room than it needs becomes narrower.
  private static let enoughRest = 48
  /// The widest that the names of policies become on a wide terminal.
  private static let widestPolicies = 24

  /// Creates the columns of a table of some width; nil for lines of any length.
  init(width: Int?) {
    guard let width else {
      policies = Self.widestPolicies
      rest = .max
      return
    }
    // What is left out first matters least: each step is taken only if the rest is still too narrow.
    let steps: [(inout TableColumns) -> Void] = [
      { $0.user = 0 }, { $0.hasMilliseconds = false }, { $0.comm = 8 }, { $0.policies = 7 },
      { $0.event = 9 }, { $0.policies = 0 },
    ]
    for step in steps where width - fixed < Self.enoughRest { step(&self) }
    let spare = width - fixed - Self.enoughRest
    if spare > 0, policies > 0 { policies = min(policies + spare / 4, Self.widestPolicies) }
    rest = max(width - fixed, TableStyle.narrowest / 4)
  }

  /// The columns before the addresses, with a blank after each.
  private var fixed: Int {
    let time = hasMilliseconds ? 13 : 9
    let direction = 4
    return time
      + [user, comm, process, event, policies].reduce(direction) { sum, column in
        sum + (column > 0 ? column + 1 : 0)
      }
  }

  /// The columns that details may have at least, however long the addresses are.
  ///
  /// - Parameter isContent: whether they show a DNS or HTTP message, which needs more room than a header.
  func leastDetails(isContent: Bool) -> Int { min(isContent ? rest / 2 : 10, rest / 2) }
}
