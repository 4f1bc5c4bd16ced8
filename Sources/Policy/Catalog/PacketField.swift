// SPDX-License-Identifier: Apache-2.0

/// A field of a packet that filters can use, from the catalog of events.
public struct PacketField: RawRepresentable, CaseIterable, Hashable, Sendable {
  private let place: UInt16

  /// The path after `data.` in policy files, or the whole key of other fields, such as `syscall`.
  public var rawValue: String {
    let key = description.key
    return key.hasPrefix("data.") ? String(key.dropFirst(5)) : key
  }

  /// The key of the field in policy files.
  public var key: String { description.key }

  /// The field's entry in the catalog.
  public var description: FieldDescription { FieldTable.shared.fields[Int(place)] }

  /// All fields, in the order of the catalog.
  public static let allCases = FieldTable.shared.fields.indices.map { PacketField(place: $0) }

  /// Creates the field with a path, as ``rawValue``; nil if there is none.
  public init?(rawValue: String) {
    guard let field = PacketField(key: "data." + rawValue) ?? PacketField(key: rawValue) else {
      return nil
    }
    self = field
  }

  /// Creates the field with a key, such as `data.dst_port`; nil if there is none.
  public init?(key: String) {
    guard let place = FieldTable.shared.places[key] else { return nil }
    self.init(place: place)
  }

  /// Creates the field with a path that is written in the source code; traps if the catalog has no such field.
  public init(_ path: StaticString) {
    guard let field = PacketField(rawValue: path.description) else {
      preconditionFailure("the catalog has no field \(path)")
    }
    self = field
  }

  private init(place: Int) { self.place = UInt16(place) }

  /// Returns whether two fields are the same.
  ///
  /// Compares indexes, because the default of the standard library would compare the texts of raw values.
  public static func == (a: PacketField, b: PacketField) -> Bool { a.place == b.place }

  /// Hashes the index in the catalog.
  public func hash(into hasher: inout Hasher) { hasher.combine(place) }
}

extension PacketField {
  /// The source address of the packet.
  public static let source = PacketField("src")
  /// The destination address of the packet.
  public static let destination = PacketField("dst")
  /// The source port of the packet.
  public static let sourcePort = PacketField("src_port")
  /// The destination port of the packet.
  public static let destinationPort = PacketField("dst_port")
  /// The direction of the packet: 0 for `ingress`, 1 for `egress`.
  public static let direction = PacketField("metadata.direction")
  /// The return value of a system call, which is 0 for packets; stored as ``FieldValue/signed(_:)``.
  public static let returnValue = PacketField("retval")
  /// The number of the processor that handled the packet.
  public static let processor = PacketField("processorId")
  /// The time of the packet, in nanoseconds since the epoch.
  public static let timestamp = PacketField("timestamp")
  /// The name of the system call that the owner was in when the packet passed; no value if it was in none.
  public static let systemCall = PacketField("syscall")
}

extension PacketField {
  /// Returns the field that a key of a filter means, with the member's name if the field is a map such as headers; nil
  /// if there is none.
  ///
  /// `args.` is the old spelling of `data.`. The header `Host` of a request is its field `host`. Names of headers are
  /// returned in their canonical spelling, as in events.
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

  /// Returns a header name with each word capitalised: `Content-Type` for `content-type`.
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
