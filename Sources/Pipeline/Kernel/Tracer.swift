import CBPF
import Glibc

/// The running kernel side: a loaded object, its attached programs, one plan, and the ring.
///
/// Everything of it in the kernel goes when this is released, or when the process ends in whatever way.
public struct Tracer: ~Copyable {
  private let object: BPFObject
  private let ring: RingBuffer
  private let counters: KernelCounters
  let knownCgroups: KnownCgroups
  private var links: [BPFLink]

  /// What is fixed before the programs are loaded.
  public struct Options: Sendable {
    /// The size of the ring in bytes: a power of two, at least one page.
    public var ringBytes = RingSize.standard
    /// The directory of the cgroup whose packets are traced, with all below it; nil for the root of the v2 tree.
    public var cgroup: String?
    /// Who decides the clauses of a plan.
    public var filters = FilterPlace.kernel

    /// Whether changes of processes are recorded too, beginning with the processes that are there.
    var recordsProcesses = false

    /// Makes the default options.
    public init() {}
  }

  /// Loads and attaches the programs with a plan in force, and gives the sockets that are there their owners.
  public init(_ tables: KernelTables, options: Options = Options()) throws(KernelError) {
    try Requirement.privileges.check()
    try Requirement.types.check()
    let tree = try CgroupTree()
    let cgroup = try CgroupTree.open(options.cgroup ?? tree.root)
    let object = try BPFObject()
    try object.configure(
      tp_config(row_words: UInt32(tables.rowWords), tracer: UInt32(getpid())),
      ringBytes: options.ringBytes)
    try object.load()

    // Cgroups before owners, owners before packets: each needs what stands before it.
    var links = [
      try object.attach("tp_on_cgroup_made"), try object.attach("tp_on_cgroup_removed"),
      try object.attach("tp_on_exec"),
    ]
    let known = KnownCgroups(object)
    for member in tree.members() { try known.add(member) }
    links.append(try object.attach("tp_on_create", cgroup: cgroup))
    for program in ["tp_on_send", "tp_on_receive"] { links.append(try object.attach(program)) }
    try KernelIterator.run(try object.attach("tp_seed"))
    try Installer(object).install(tables)
    let ring = try RingBuffer(map: object.descriptor(ofMap: "tp_ring"))
    if options.recordsProcesses {
      for program in ["tp_on_fork", "tp_on_executed", "tp_on_rename", "tp_on_exit"] {
        links.append(try object.attach(program))
      }
      try KernelIterator.run(try object.attach("tp_find"))
    }
    for program in ["tp_on_ingress", "tp_on_egress"] {
      links.append(try object.attach(program, cgroup: cgroup))
    }
    self.counters = KernelCounters(object)
    self.ring = ring
    self.knownCgroups = known
    self.links = links
    self.object = object
  }

  /// Why ``wait(_:bells:forRecords:milliseconds:)`` came back.
  public enum Wakeup: Sendable {
    case records, signal, output, timeout
  }

  /// Waits for records, a signal or an output.
  ///
  /// - Parameters:
  ///   - bells: descriptors of outputs.
  ///   - forRecords: whether records are waited for too.
  ///   - milliseconds: the longest wait; negative for as long as it takes.
  func wait(
    _ signals: borrowing StopSignals, bells: [Int32], forRecords: Bool, milliseconds: Int32
  ) throws(KernelError) -> Wakeup {
    let descriptors = [signals.descriptor, forRecords ? ring.descriptor : -1] + bells
    var files = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let code = unsafe poll(&files, nfds_t(files.count), milliseconds)
    if code < 0 && errno != EINTR { throw KernelError("wait for events", code: errno) }
    if files[0].revents != 0 { return .signal }
    if files[1].revents != 0 { return .records }
    return files.contains { $0.revents != 0 } ? .output : .timeout
  }

  /// Gives `body` each record that is there, as bytes that are lent for the call; stops when `body` says false.
  public func consume(_ body: (RawSpan) -> Bool) throws(KernelError) { try ring.consume(body) }

  /// Detaches every program, and waits until none runs any more.
  ///
  /// What is in the ring can still be consumed, and nothing is added to it.
  public mutating func detach() {
    links = []
    tp_await_programs()
  }

  /// What the kernel side counted so far.
  public func counts() throws(KernelError) -> KernelCounts { try counters.counts() }

  /// For each of the first `rules` rules, the packets that it wanted and that found the ring full.
  public func losses(rules: Int) throws(KernelError) -> [UInt64] {
    try counters.losses(rules: rules)
  }
}
