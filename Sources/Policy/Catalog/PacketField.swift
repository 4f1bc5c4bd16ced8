/// What a filter can ask about a packet: a field of the catalog of events.
public struct PacketField: RawRepresentable, CaseIterable, Hashable, Sendable {
  private let place: UInt16

  /// The path after `data.` in policy files, or the whole key of a field that is no data, such as `syscall`.
  public var rawValue: String {
    let key = description.key
    return key.hasPrefix("data.") ? String(key.dropFirst(5)) : key
  }

  /// The key in policy files.
  public var key: String { description.key }

  /// What the catalog says of it.
  public var description: FieldDescription { FieldTable.shared.fields[Int(place)] }

  /// Every field that events have by themselves, in the order of the catalog.
  ///
  /// Those that are worked out from others, such as `data.src|length`, are found by their keys.
  public static let allCases = (0..<FieldTable.shared.ownCount).map { PacketField(place: $0) }

  /// Finds a field by its path.
  public init?(rawValue: String) {
    guard let field = PacketField(key: "data." + rawValue) ?? PacketField(key: rawValue) else {
      return nil
    }
    self = field
  }

  /// Finds a field by its key.
  public init?(key: String) {
    guard let place = FieldTable.shared.places[key] else { return nil }
    self.init(place: place)
  }

  /// The field of a path that is written in the program.
  public init(_ path: StaticString) {
    guard let field = PacketField(rawValue: path.description) else {
      preconditionFailure("the catalog has no field \(path)")
    }
    self = field
  }

  private init(place: Int) { self.place = UInt16(place) }

  /// Whether two are the same field.
  ///
  /// Said here because the standard library would compare, and hash, the texts of raw values.
  public static func == (a: PacketField, b: PacketField) -> Bool { a.place == b.place }

  /// Hashes the place in the catalog.
  public func hash(into hasher: inout Hasher) { hasher.combine(place) }
}

extension PacketField {
  /// The address that the packet comes from.
  public static let source = PacketField("src")
  /// The address that the packet goes to.
  public static let destination = PacketField("dst")
  /// The port that the packet comes from.
  public static let sourcePort = PacketField("src_port")
  /// The port that the packet goes to.
  public static let destinationPort = PacketField("dst_port")
  /// 0 for `ingress`, 1 for `egress`.
  public static let direction = PacketField("metadata.direction")
  /// What a system call returned; 0 for packets.
  ///
  /// See ``FieldValue/signed(_:)``.
  public static let returnValue = PacketField("retval")
  /// The number of the processor that handled the packet.
  public static let processor = PacketField("processorId")
  /// The packet's time in ns since the epoch.
  public static let timestamp = PacketField("timestamp")
  /// The name of the system call that the owner was in; nothing when it was in none.
  public static let systemCall = PacketField("syscall")
}

extension PacketField {
  /// Finds the field that a key of a filter means, with the member's name if the field has members of any name.
  ///
  /// `args.` is the old spelling of `data.`. The header `Host` of a request is its field `host`. Names of headers are
  /// given in their canonical spelling, as events show them.
  public static func find(_ key: String) -> (field: PacketField, member: String?)? {
    let key = key.hasPrefix("args.") ? "data." + key.dropFirst(5) : key
    if let field = PacketField(key: key), !field.description.hasMembers { return (field, nil) }
    for field in fieldsWithMembers where key.hasPrefix(field.key + ".") {
      let name = canonicalHeader(String(key.dropFirst(field.key.count + 1)))
      guard !name.isEmpty else { return nil }
      let siblings = field.key.dropLast("headers".count)
      if name == "Host", let host = PacketField(key: siblings + "host") { return (host, nil) }
      return (field, name)
    }
    return nil
  }

  private static let fieldsWithMembers = allCases.filter(\.description.hasMembers)

  /// Capitals at the start of each word, small letters elsewhere: `content-type` is `Content-Type`.
  static func canonicalHeader(_ name: String) -> String {
    var startsWord = true
    let bytes = name.utf8.map { byte in
      defer { startsWord = byte == UInt8(ascii: "-") }
      return switch byte {
      case 0x61...0x7a where startsWord: byte & ~0x20
      case 0x41...0x5a where !startsWord: byte | 0x20
      default: byte
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
