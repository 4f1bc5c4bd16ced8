// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
public import System

/// The running kernel side: loaded programs, attached, the plan that decides, and the ring.
///
/// Everything of it in the kernel goes when this is released, or when the process ends in whatever way.
public struct Tracer: ~Copyable {
  private let owners: OwnerPrograms
  private var packets: PacketPrograms
  private let ring: RingBuffer
  private let positions: RingPositions
  private let counters: KernelCounters
  private let gracePeriod: GracePeriod
  let knownCgroups: KnownCgroups
  /// How many cgroups can be known at once.
  let cgroupLimit: UInt32
  /// The programs that see packets; nil when they are detached.
  private var packetLinks: PacketLinks?
  /// The directions that they see.
  private var directions: PacketDirections
  /// The cgroup that they are attached to.
  private let cgroup: Descriptor
  private var links: [BPFLink]
  /// What processes are watched for, and the programs that do.
  private var processLinks: [ProcessPrograms.Purpose: [BPFLink]] = [:]
  /// The number of the plan that decides.
  private(set) var generation: UInt32

  /// What is fixed before the programs are loaded.
  public struct Options: Sendable {
    /// The size of the ring in bytes: a power of two, at least one page.
    public var ringBytes = RingSize.standard
    /// The directory of the cgroup whose packets are traced, with all below it; nil for the root of the v2 tree.
    public var cgroup: String?
    /// Who decides the clauses of a plan.
    public var filters = FilterMode.kernel
    /// How many cgroups can be known at once; nil for what ``KnownCgroups/limit(now:)`` says.
    var cgroupLimit: UInt32?

    /// Creates the options of a tracer of the whole machine, with a ring of the standard size.
    public init() {}
  }

  /// Loads and attaches the programs with a plan in force, and gives the sockets that are there their owners.
  public init(_ tables: KernelTables, options: Options = Options()) throws(SystemError) {
    try Requirement.privileges.check()
    try Requirement.types.check()
    let tree = try CgroupTree()
    let cgroup = try CgroupTree.open(options.cgroup ?? tree.root)
    let cgroupLimit = options.cgroupLimit ?? KnownCgroups.limit(now: tree.count)
    let owners = try OwnerPrograms(
      rowWords: tables.rowWords, ringBytes: options.ringBytes, cgroups: cgroupLimit,
      for: tables.directions)
    let counters = KernelCounters(
      counters: owners.descriptor(ofMap: "tp_counters"),
      losses: owners.descriptor(ofMap: "tp_losses"))
    let packets = PacketPrograms(of: owners)
    let gracePeriod = try GracePeriod()

    // Cgroups before owners, owners before packets: each needs what stands before it.
    var links = try owners.attach()
    var known = KnownCgroups(owners)
    try known.add(tree) { () throws(SystemError) in try counters.counts().cgroupsUnknown }
    links += try owners.attach(to: cgroup)
    try owners.find()
    try packets.installer.install(tables)
    try packets.installer.activate(tables.plan.generation)
    let ring = try RingBuffer(map: owners.descriptor(ofMap: "tp_ring"))
    let positions = try RingPositions(map: owners.descriptor(ofMap: "tp_ring"))
    for programs in try ProcessPrograms.load(for: tables, besides: [], sharingMapsOf: owners) {
      processLinks[programs.purpose] = try programs.attach()
    }
    packetLinks = try packets.attach(to: cgroup, tables.directions)
    directions = tables.directions
    self.cgroup = cgroup
    self.counters = counters
    self.cgroupLimit = cgroupLimit
    generation = tables.plan.generation
    knownCgroups = known
    self.owners = owners
    self.packets = packets
    self.gracePeriod = gracePeriod
    self.ring = ring
    self.positions = positions
    self.links = links
  }

  /// The hooks of the programs, as this kernel has them.
  var hooks: [HookReport] { owners.hooks.reports }

  /// What brings the next plan into the kernel.
  package var loader: PlanLoader { PlanLoader(owners, packets, Set(processLinks.keys)) }

  /// Whether changes of processes are recorded.
  var recordsProcesses: Bool { processLinks[.changes] != nil }

  /// Makes a plan that was loaded the one that decides, by one write.
  ///
  /// - Returns: the plan before it, which is to be freed.
  package mutating func activate(
    _ plan: PlanLoader.LoadedPlan
  ) throws(SystemError) -> OutgoingPlan {
    for programs in plan.processes where processLinks[programs.purpose] == nil {
      processLinks[programs.purpose] = try programs.attach()
    }
    var holders = [packets]
    if plan.packets !== packets { holders.append(plan.packets) }
    // Both plans are served until the new one decides alone.
    try serve(plan.packets, directions.union(plan.directions))
    do throws(SystemError) { try plan.packets.installer.activate(plan.generation) } catch {
      try serve(packets, directions)
      throw error
    }
    packets = plan.packets
    try serve(packets, plan.directions)
    directions = plan.directions
    processLinks = processLinks.filter { plan.purposes.contains($0.key) }
    defer { generation = plan.generation }
    return OutgoingPlan(generation, holders, gracePeriod)
  }

  /// Has programs see the packets of some directions, in the place of those that do now.
  private mutating func serve(
    _ programs: PacketPrograms, _ wanted: PacketDirections
  ) throws(SystemError) {
    guard var links = packetLinks, programs !== packets || wanted != directions else { return }
    do throws(SystemError) { try programs.takeOver(&links, wanted, at: cgroup) } catch {
      try packets.takeOver(&links, directions, at: cgroup)
      packetLinks = links
      throw error
    }
    packetLinks = links
  }

  /// Waits for records, or until one of `others` is readable.
  ///
  /// - Parameters:
  ///   - others: descriptors.
  ///   - forRecords: whether records are waited for too.
  ///   - milliseconds: the longest wait; negative for as long as it takes.
  /// - Returns: those of `others` that are readable.
  func wait(
    orFor others: [Int32], forRecords: Bool, milliseconds: Int32
  ) throws(SystemError) -> [Int32] {
    var files = (others + [forRecords ? ring.descriptor : -1]).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let code = unsafe poll(&files, nfds_t(files.count), milliseconds)
    if code < 0 && errno != EINTR { throw SystemError("wait for events", code: errno) }
    return files.dropLast().filter { $0.revents != 0 }.map(\.fd)
  }

  /// Gives `body` each record that is there, as bytes that are lent for the call; stops when `body` says false.
  public func consume(_ body: (RawSpan) -> Bool) throws(SystemError) { try ring.consume(body) }

  /// How far the ring was written and read.
  var ringPositions: (written: UInt64, read: UInt64) { (positions.written, positions.read) }

  /// Detaches every program, and waits until none runs any more.
  ///
  /// What is in the ring can still be consumed, and nothing is added to it.
  public mutating func detach() throws(SystemError) {
    links = []
    processLinks = [:]
    packetLinks = nil
    try gracePeriod.wait()
  }

  /// What the kernel side counted so far.
  public func counts() throws(SystemError) -> KernelCounts {
    var counts = try counters.counts()
    counts.cgroupsUnknown += knownCgroups.refused
    counts.cgroupsUnknown -= min(counts.cgroupsUnknown, knownCgroups.foundLater)
    return counts
  }

  /// For each of the first `rules` rules of a plan, the packets that it wanted and that found the ring full.
  func losses(of generation: UInt32, rules: Int) throws(SystemError) -> [UInt64] {
    try counters.losses(of: generation, rules: rules)
  }

  /// Makes the losses of a plan that was freed 0, so that its slot can be used again.
  func clearLosses(of generation: UInt32, _ losses: [UInt64]) throws(SystemError) {
    try counters.clearLosses(of: generation, losses)
  }
}
