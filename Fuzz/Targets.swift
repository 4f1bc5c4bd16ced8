// SPDX-License-Identifier: Apache-2.0

/// Everything that can be fuzzed.
///
/// A new target is a line here and a file of its own.
let targets: [any FuzzTarget.Type] = [
  FuzzHeaders.self,
  FuzzFragments.self,
  FuzzTunnels.self,
  FuzzDNS.self,
  FuzzHTTP.self,
  FuzzStreams.self,
  FuzzCaptures.self,
  FuzzReplays.self,
  FuzzRecords.self,
  FuzzDecisions.self,
  FuzzPolicies.self,
  FuzzFilters.self,
  FuzzLists.self,
  FuzzPrograms.self,
  FuzzTestFiles.self,
  FuzzOwners.self,
  FuzzAnswers.self,
]

/// A reader of outside bytes, and what always holds when it reads.
///
/// One thread at a time uses a target, which may keep state between inputs.
protocol FuzzTarget: SendableMetatype {
  /// The word that chooses it on the command line.
  static var name: String { get }
  /// The most bytes that an input has.
  static var longest: Int { get }
  /// The inputs that a run begins with, made anew for each run, so that there are no files of them to keep.
  static var seeds: [[UInt8]] { get }
  /// Reads an input, and makes a ``claim(_:_:)`` of each thing that holds.
  static func check(_ input: RawSpan)
}

extension FuzzTarget {
  /// Captures and streams consist of several packets; readers of one message need less.
  static var longest: Int { 4_096 }
}

/// Returns the target of a name.
func target(named name: String) -> (any FuzzTarget.Type)? { targets.first { $0.name == name } }
