// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// A network and a cgroup for one case, in which the programs of `Tests/OwnerPrograms` play, and a tracer that sees
/// nothing else.
struct OwnerScene {
  let stage: Stage
  let network: VirtualNetwork
  let group: ControlGroup

  /// Where servers are, and where clients are.
  var here: String { network.left.ipv4 }
  var there: String { network.right.ipv4 }

  /// The program whose first argument names the case.
  static let program = String(Tracer.path.dropLast("tracee-policy".count)) + "owner-cases"

  init(_ stage: Stage) async throws {
    self.stage = stage
    network = try await stage.network()
    group = try stage.make(stage.plannedGroup())
  }

  /// Starts a case.
  func start(
    _ words: String..., on side: VirtualNetwork.Side? = nil, program: String = Self.program,
    input: StandardInput = .nothing
  ) throws -> ChildProcess {
    try stage.start([program] + words, on: side ?? network.left, in: group, input: input)
  }

  /// Starts the tracer with these policies for what is in the group.
  func trace(_ policies: String..., options: [String] = []) async throws -> Tracer {
    try await stage.trace(policies, options: ["--cgroup", group.directory] + options)
  }
}

/// Gives a case a scene of its own.
func withOwnerScene(_ play: (OwnerScene) async throws -> Void) async throws {
  try await withStage { stage in try await play(OwnerScene(stage)) }
}

/// Who an event must show.
struct ShownOwner: Equatable, CustomStringConvertible {
  let name: String
  let user: UInt64
  let process: UInt64

  init(_ name: String, user: UInt64, _ process: UInt64) {
    self.name = name
    self.user = user
    self.process = process
  }

  init(_ name: String, user: UInt64, _ process: ChildProcess) {
    self.init(name, user: user, UInt64(process.id))
  }

  var description: String { "\(name)/\(process) of \(user)" }
}

extension TracedEvent {
  /// Who it shows.
  var shown: ShownOwner { ShownOwner(processName, user: userID, hostProcessID) }

  /// How many bytes a datagram carries.
  var datagramLength: UInt64 { (arguments["proto_udp"]?["length"]?.unsigned ?? 8) - 8 }

  /// Enough to tell what is wrong with its owner.
  var ownerSummary: String { "\(summary) of \(userID), \(matchedPolicies)" }
}

extension Trace {
  /// One line for each event, with owners and policies.
  var ownerSummary: String { events.map(\.ownerSummary).joined(separator: "\n") }
}
