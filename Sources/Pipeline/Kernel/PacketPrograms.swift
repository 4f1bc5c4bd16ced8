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

  /// Whether a program of the BPF object is one of these.
  static func contains(_ program: String) -> Bool { program == ingress || program == egress }

  /// Those that were loaded together with others, which is quicker than by themselves.
  init(of owners: OwnerPrograms) {
    object = owners.object
    rowWords = owners.rowWords
    installer = Installer(object, rowWords: rowWords)
  }

  /// Loads the programs for another width; nothing is attached.
  init(rowWords: Int, sharingMapsOf owners: OwnerPrograms) throws(KernelError) {
    object = try BPFObject()
    try object.configure(rowWords: rowWords, ringBytes: owners.ringBytes)
    try object.keepPrograms(where: Self.contains)
    try object.shareMaps(of: owners.object)
    try object.load()
    installer = Installer(object, rowWords: rowWords)
    self.rowWords = rowWords
  }

  /// The links of both programs, attached to a cgroup and all below it.
  func attach(to cgroup: borrowing Descriptor) throws(KernelError) -> PacketLinks {
    PacketLinks(
      ingress: try object.attach(Self.ingress, cgroup: cgroup),
      egress: try object.attach(Self.egress, cgroup: cgroup))
  }

  /// Takes the place of the programs at their links: each packet is seen by exactly one of the old and the new.
  func takeOver(_ links: PacketLinks) throws(KernelError) {
    try object.replaceProgram(of: links.ingress, by: Self.ingress)
    try object.replaceProgram(of: links.egress, by: Self.egress)
  }
}

/// Where the programs that see packets are attached.
struct PacketLinks {
  fileprivate let ingress: BPFLink
  fileprivate let egress: BPFLink
}

/// The programs that find out whose sockets there are, and the maps that outlive a plan; with them the programs that see
/// packets, as ``PacketPrograms/init(of:)`` finds them.
final class OwnerPrograms: Sendable {
  /// The size of the ring.
  let ringBytes: UInt32
  /// The words of a row.
  let rowWords: Int
  let object: BPFObject

  /// Loads the programs; nothing is attached.
  ///
  /// - Parameters:
  ///   - rowWords: the width of rows, 1 to ``Row/wordLimit``.
  ///   - ringBytes: a power of two, at least one page.
  ///   - cgroups: how many cgroups can be known.
  init(
    rowWords: Int, ringBytes: UInt32, cgroups: UInt32 = KnownCgroups.leastLimit
  ) throws(KernelError) {
    object = try BPFObject()
    try object.configure(rowWords: rowWords, ringBytes: ringBytes, cgroups: cgroups)
    try object.keepPrograms { !ProcessPrograms.contains($0) }
    try object.load()
    self.rowWords = rowWords
    self.ringBytes = ringBytes
  }

  /// Attaches a program to the place that its section names.
  func attach(_ program: String) throws(KernelError) -> BPFLink { try object.attach(program) }

  /// Attaches a program to a cgroup and all below it.
  func attach(_ program: String, to cgroup: borrowing Descriptor) throws(KernelError) -> BPFLink {
    try object.attach(program, cgroup: cgroup)
  }

  /// The descriptor of a map; this owns it.
  func descriptor(ofMap name: String) -> Int32 { object.descriptor(ofMap: name) }
}
