// SPDX-License-Identifier: Apache-2.0

import CBPF
import System

/// The programs that see processes begin, change and end.
///
/// Few plans ask what these know, so they are loaded with the first that does. They share all maps with the others, and what
/// is attached of them stays when they are released.
final class ProcessPrograms: Sendable {
  /// What they are for.
  let purpose: Purpose
  private let object: BPFObject

  /// What processes are watched for.
  enum Purpose: CaseIterable {
    /// Their changes are recorded.
    case changes
    /// It is kept who descends from whom.
    case descents

    /// Whether a plan asks what comes of it.
    func isAsked(by tables: KernelTables) -> Bool {
      switch self {
      case .changes: tables.undecided.contains(where: \.asksForProcesses)
      case .descents: tables.asksForAncestors
      }
    }

    fileprivate var hooks: [String] {
      switch self {
      case .changes: ["tp_on_fork", "tp_on_executed", "tp_on_rename", "tp_on_exit"]
      case .descents: ["tp_on_descent", "tp_on_end"]
      }
    }

    /// The iterator that goes over the processes that are there.
    fileprivate var finder: String {
      switch self {
      case .changes: "tp_find"
      case .descents: "tp_find_descent"
      }
    }

    fileprivate func contains(_ program: String) -> Bool {
      program == finder || hooks.contains(program)
    }
  }

  /// Whether a program of the BPF object is one of these.
  static func contains(_ program: String) -> Bool {
    Purpose.allCases.contains { $0.contains(program) }
  }

  /// Loads the programs; nothing is attached.
  init(_ purpose: Purpose, sharingMapsOf owners: OwnerPrograms) throws(SystemError) {
    let object = try BPFObject()
    try object.configure(rowWords: 1, ringBytes: owners.ringBytes, hooks: owners.hooks)
    try object.keepPrograms(where: purpose.contains)
    try object.omitPlans()
    try object.shareMaps(of: owners.object)
    try object.load()
    if purpose == .descents { Self.forgetDescents(owners) }
    self.purpose = purpose
    self.object = object
  }

  /// Empties what was kept when somebody asked before: since then nobody has noticed who ended.
  private static func forgetDescents(_ owners: OwnerPrograms) {
    let exited = owners.descriptor(ofMap: "tp_exited")
    let descents = owners.descriptor(ofMap: "tp_descents")
    var key = tp_process_key()
    while unsafe bpf_map_lookup_and_delete_elem(exited, nil, &key) == 0 { continue }
    var isLeft = unsafe bpf_map_get_next_key(descents, nil, &key) == 0
    while isLeft {
      var next = tp_process_key()
      isLeft = unsafe bpf_map_get_next_key(descents, &key, &next) == 0
      unsafe bpf_map_delete_elem(descents, &key)
      key = next
    }
  }

  /// Loads what a plan asks for and is not there yet.
  static func load(
    for tables: KernelTables, besides present: Set<Purpose>, sharingMapsOf owners: OwnerPrograms
  ) throws(SystemError) -> [ProcessPrograms] {
    var programs: [ProcessPrograms] = []
    for purpose in Purpose.allCases
    where !present.contains(purpose) && purpose.isAsked(by: tables) {
      programs.append(try ProcessPrograms(purpose, sharingMapsOf: owners))
    }
    return programs
  }

  /// Attaches them, and then goes over the processes that are there, so that none is missed.
  func attach() throws(SystemError) -> [BPFLink] {
    var links: [BPFLink] = []
    for hook in purpose.hooks { links.append(try object.attach(hook)) }
    try KernelIterator.run(try object.attach(purpose.finder))
    return links
  }
}
