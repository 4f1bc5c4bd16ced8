import CBPF

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
  /// Of packets that leave and that no rule wants: whoever sends them owns their socket all the same.
  private static let departure = "tp_on_departure"

  /// Whether a program of the BPF object is one of these.
  static func contains(_ program: String) -> Bool {
    program == ingress || program == egress || program == departure
  }

  /// Those that were loaded together with others, which is quicker than by themselves.
  init(of owners: OwnerPrograms) {
    object = owners.object
    rowWords = owners.rowWords
    installer = Installer(object, rowWords: rowWords)
  }

  /// Loads the programs for another width; nothing is attached.
  init(rowWords: Int, sharingMapsOf owners: OwnerPrograms) throws(KernelError) {
    object = try BPFObject()
    try object.configure(rowWords: rowWords, ringBytes: owners.ringBytes, hooks: owners.hooks)
    try object.keepPrograms(where: Self.contains)
    try object.shareMaps(of: owners.object)
    try object.load()
    installer = Installer(object, rowWords: rowWords)
    self.rowWords = rowWords
  }

  /// The links of the programs that see the packets of some directions, attached to a cgroup and all below it.
  func attach(
    to cgroup: borrowing Descriptor, _ directions: PacketDirections
  ) throws(KernelError) -> PacketLinks {
    PacketLinks(
      egress: try object.attach(Self.leaving(directions), cgroup: cgroup),
      ingress: directions.contains(.ingress)
        ? try object.attach(Self.ingress, cgroup: cgroup) : nil)
  }

  /// Takes the place of the programs at their links: each packet is seen by exactly one of the old and the new.
  func takeOver(
    _ links: inout PacketLinks, _ directions: PacketDirections, at cgroup: borrowing Descriptor
  ) throws(KernelError) {
    try object.replaceProgram(of: links.egress, by: Self.leaving(directions))
    guard directions.contains(.ingress) else {
      links.ingress = nil
      return
    }
    if let ingress = links.ingress {
      try object.replaceProgram(of: ingress, by: Self.ingress)
    } else {
      links.ingress = try object.attach(Self.ingress, cgroup: cgroup)
    }
  }

  private static func leaving(_ directions: PacketDirections) -> String {
    directions.contains(.egress) ? egress : departure
  }
}

/// Where the programs that see packets are attached.
struct PacketLinks {
  fileprivate let egress: BPFLink
  fileprivate var ingress: BPFLink?
}

/// The directions in which a plan wants packets.
struct PacketDirections: OptionSet, Sendable {
  let rawValue: UInt8
  static let ingress = PacketDirections(rawValue: 1)
  static let egress = PacketDirections(rawValue: 2)
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
  init(rowWords: Int, ringBytes: UInt32) throws(KernelError) {
    let hooks = try Hooks()
    self.hooks = hooks
    object = try BPFObject()
    try object.configure(rowWords: rowWords, ringBytes: ringBytes, hooks: hooks)
    try object.keepPrograms { hooks.contains($0) || PacketPrograms.contains($0) }
    try object.load()
    self.rowWords = rowWords
    self.ringBytes = ringBytes
  }

  /// Attaches the programs that follow what processes do.
  func attach() throws(KernelError) -> [BPFLink] {
    var links: [BPFLink] = []
    for program in hooks.programs { links.append(try object.attach(program)) }
    return links
  }

  /// Attaches the programs that follow the sockets of a cgroup and all below it.
  func attach(to cgroup: borrowing Descriptor) throws(KernelError) -> [BPFLink] {
    var links: [BPFLink] = []
    for program in hooks.cgroupPrograms {
      links.append(try object.attach(program, cgroup: cgroup))
    }
    return links
  }

  /// Goes over the processes and sockets that are older than the tracer.
  func find() throws(KernelError) {
    for program in Hooks.finders { try KernelIterator.run(try object.attach(program)) }
  }

  /// The descriptor of a map; this owns it.
  func descriptor(ofMap name: String) -> Int32 { object.descriptor(ofMap: name) }
}
