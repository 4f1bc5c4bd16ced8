// SPDX-License-Identifier: Apache-2.0

import CBPF
import System

/// The two programs that see packets, for rows of one width, with the plans they decide by.
///
/// A wider plan needs wider programs. They take the place of these at the same links, and share all that outlives a plan.
final class PacketPrograms: Sendable {
  /// The words of a row.
  let rowWords: Int
  /// Puts plans into their maps.
  let installer: Installer
  private let object: BPFObject

  private static let ingress = "tp_on_ingress"
  private static let egress = "tp_on_egress"
  /// By which both go on with a packet that some rule may want.
  private static let judge = "tp_judge"
  /// Of packets that leave and that no rule wants: whoever sends them owns their socket all the same.
  ///
  /// It is quicker than the one for those that are wanted, which does the same where this one was not loaded.
  private static let departure = "tp_on_departure"

  /// The programs that a plan is best served by which wants packets of some directions, and that can serve any other too.
  static func names(for directions: PacketDirections) -> Set<String> {
    let names: Set = [ingress, egress, judge]
    return directions.contains(.egress) ? names : names.union([departure])
  }

  /// Those that were loaded together with others, which is quicker than by themselves.
  init(of owners: OwnerPrograms) {
    object = owners.object
    rowWords = owners.rowWords
    installer = Installer(object, rowWords: rowWords)
  }

  /// Loads the programs for another width; nothing is attached.
  init(
    rowWords: Int, for directions: PacketDirections, sharingMapsOf owners: OwnerPrograms
  ) throws(SystemError) {
    object = try BPFObject()
    try object.configure(rowWords: rowWords, ringBytes: owners.ringBytes, hooks: owners.hooks)
    let names = Self.names(for: directions)
    try object.keepPrograms(where: names.contains)
    try object.shareMaps(of: owners.object)
    try object.load()
    installer = Installer(object, rowWords: rowWords)
    self.rowWords = rowWords
  }

  /// The links of the programs that see the packets of some directions, attached to a cgroup and all below it.
  func attach(
    to cgroup: borrowing Descriptor, _ directions: PacketDirections
  ) throws(SystemError) -> PacketLinks {
    PacketLinks(
      egress: try object.attach(leaving(directions), cgroup: cgroup, BPF_CGROUP_INET_EGRESS),
      ingress: directions.contains(.ingress)
        ? try object.attach(Self.ingress, cgroup: cgroup, BPF_CGROUP_INET_INGRESS) : nil)
  }

  /// Takes the place of the programs at their links: each packet is seen by exactly one of the old and the new.
  func takeOver(
    _ links: inout PacketLinks, _ directions: PacketDirections, at cgroup: borrowing Descriptor
  ) throws(SystemError) {
    try object.replaceProgram(of: links.egress, by: leaving(directions))
    guard directions.contains(.ingress) else {
      links.ingress = nil
      return
    }
    if let ingress = links.ingress {
      try object.replaceProgram(of: ingress, by: Self.ingress)
    } else {
      links.ingress = try object.attach(
        Self.ingress, cgroup: cgroup, BPF_CGROUP_INET_INGRESS)
    }
  }

  private func leaving(_ directions: PacketDirections) -> String {
    let isLoaded = object.descriptor(ofProgram: Self.departure) >= 0
    return directions.contains(.egress) || !isLoaded ? Self.egress : Self.departure
  }
}

/// Where the programs that see packets are attached.
struct PacketLinks {
  fileprivate let egress: BPFLink
  fileprivate var ingress: BPFLink?
}

/// The programs that find out whose sockets there are, and the maps that outlive a plan; with them the programs that see
/// packets, as ``PacketPrograms/init(of:)`` finds them.
final class OwnerPrograms: Sendable {
  /// The size of the ring.
  let ringBytes: UInt32
  /// The words of a row.
  let rowWords: Int
  /// Those of them that are used.
  let hooks: Hooks
  let object: BPFObject

  /// Loads the programs; nothing is attached.
  ///
  /// - Parameters:
  ///   - rowWords: the width of rows, 1 to ``Row/wordLimit``.
  ///   - ringBytes: a power of two, at least one page.
  ///   - cgroups: how many cgroups can be known.
  ///   - directions: those in which the plan wants packets; none: all programs are loaded.
  init(
    rowWords: Int, ringBytes: UInt32, cgroups: UInt32 = KnownCgroups.leastLimit,
    for directions: PacketDirections = []
  ) throws(SystemError) {
    let hooks = try Hooks()
    self.hooks = hooks
    object = try BPFObject()
    try object.configure(
      rowWords: rowWords, ringBytes: ringBytes, hooks: hooks, cgroups: cgroups)
    let names = PacketPrograms.names(for: directions)
    try object.keepPrograms { hooks.contains($0) || names.contains($0) }
    try object.load()
    self.rowWords = rowWords
    self.ringBytes = ringBytes
  }

  /// Attaches the programs that follow what processes do.
  func attach() throws(SystemError) -> [BPFLink] {
    var links: [BPFLink] = []
    for program in hooks.programs { links.append(try object.attach(program)) }
    return links
  }

  /// Attaches the programs that follow the sockets of a cgroup and all below it.
  func attach(to cgroup: borrowing Descriptor) throws(SystemError) -> [BPFLink] {
    var links: [BPFLink] = []
    for program in hooks.cgroupPrograms {
      links.append(try object.attach(program, cgroup: cgroup))
    }
    return links
  }

  /// Goes over the processes and sockets that are older than the tracer.
  func find() throws(SystemError) {
    for program in Hooks.finders { try KernelIterator.run(try object.attach(program)) }
  }

  /// The descriptor of a map; this owns it.
  func descriptor(ofMap name: String) -> Int32 { object.descriptor(ofMap: name) }
}
