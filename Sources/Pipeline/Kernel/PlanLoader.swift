// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy
package import System

/// Brings plans into the kernel beside the one that decides; any thread may wait for it.
package struct PlanLoader: Sendable {
  private let owners: OwnerPrograms
  private let packets: PacketPrograms
  private let purposes: Set<ProcessPrograms.Purpose>

  /// A plan that is in the kernel and does not decide yet.
  package struct LoadedPlan: Sendable {
    /// Its number.
    let generation: UInt32
    /// What watches processes for it, and was not there before.
    let processes: [ProcessPrograms]
    /// What it asks about processes.
    let purposes: Set<ProcessPrograms.Purpose>
    /// The programs that can decide by it: those that run, or wider ones.
    let packets: PacketPrograms
    /// The directions in which it wants packets.
    let directions: PacketDirections
  }

  /// Makes what loads plans beside programs that run.
  ///
  /// - Parameter purposes: what processes are watched for already.
  init(
    _ owners: OwnerPrograms, _ packets: PacketPrograms, _ purposes: Set<ProcessPrograms.Purpose>
  ) {
    self.owners = owners
    self.packets = packets
    self.purposes = purposes
  }

  /// Loads a plan; one that fails leaves nothing.
  ///
  /// When its rows are too wide for the programs that run, wider ones are loaded, with the plan that decides now as their
  /// plan too: so whichever of the programs sees a packet, it is judged by the same plan until another is activated.
  ///
  /// - Parameter current: makes the tables of the plan that decides now.
  package func load(
    _ tables: KernelTables, current: () -> KernelTables
  ) throws(SystemError) -> LoadedPlan {
    let generation = tables.plan.generation
    let processes = try ProcessPrograms.load(
      for: tables, besides: purposes, sharingMapsOf: owners)
    let asked = Set(ProcessPrograms.Purpose.allCases.filter { $0.isAsked(by: tables) })
    guard tables.rowWords > packets.rowWords else {
      try packets.installer.install(tables)
      return LoadedPlan(
        generation: generation, processes: processes, purposes: asked, packets: packets,
        directions: tables.directions)
    }
    // Twice as wide at least, so that a set that grows rule by rule seldom pays for it.
    let words = min(Row.wordLimit, max(tables.rowWords, 2 * packets.rowWords))
    let wider = try PacketPrograms(
      rowWords: words, for: tables.directions, sharingMapsOf: owners)
    let current = current()
    try wider.installer.install(current)
    try wider.installer.activate(current.plan.generation)
    try wider.installer.install(tables)
    return LoadedPlan(
      generation: generation, processes: processes, purposes: asked, packets: wider,
      directions: tables.directions)
  }
}

/// A plan that decides no more, while programs may still be at work on a packet by it.
package struct OutgoingPlan: Sendable {
  /// Its number.
  let generation: UInt32
  private let packets: [PacketPrograms]
  private let gracePeriod: GracePeriod

  /// Makes a plan that is on its way out.
  ///
  /// - Parameter packets: the programs that have its tables.
  init(_ generation: UInt32, _ packets: [PacketPrograms], _ gracePeriod: GracePeriod) {
    self.generation = generation
    self.packets = packets
    self.gracePeriod = gracePeriod
  }

  /// Waits until no program decides by it any more, and frees its maps; any thread may wait for it.
  ///
  /// All of its records are then in the ring, and all of its losses are counted.
  package func free() throws(SystemError) {
    try gracePeriod.wait()
    for programs in packets { try programs.installer.clear(generation) }
  }
}
