// SPDX-License-Identifier: Apache-2.0

/// A packet of which some fragments are here.
struct FragmentedPacket {
  /// Why fragments are not put together.
  enum FragmentFault: Error {
    /// Two have different bytes at one place, or say different lengths.
    case overlapping
    /// It would be longer than a packet may be.
    case tooLong
  }

  /// When the first of the fragments came, in ns.
  let time: UInt64
  /// Whether its fragments are no longer taken.
  var isRefused = false
  private var head: [UInt8] = []
  private var payload: [UInt8] = []
  /// Which bytes of the payload are here: ascending, with gaps between.
  private var runs: [Range<Int>] = []
  /// The bytes of the payload, once the last fragment is here.
  private var length: Int?

  /// The longest packet, and so the longest payload.
  static let byteLimit = 65_535
  /// The most runs with gaps between.
  static let runLimit = 128

  init(time: UInt64) { self.time = time }

  /// The bytes that it takes.
  var byteCount: Int { head.count + payload.count }

  /// Forgets all fragments, and takes no others.
  mutating func refuse() {
    self = FragmentedPacket(time: time)
    isRefused = true
  }

  /// Takes a fragment, and returns the whole packet when that was the last to come.
  mutating func add(
    _ fragment: PacketFragment, of packet: RawSpan
  ) throws(FragmentFault) -> [UInt8]? {
    let bytes = packet.extracting(droppingFirst: fragment.start)
    let place = fragment.offset..<fragment.offset + bytes.byteCount
    guard fragment.headers + place.upperBound <= Self.byteLimit else { throw .tooLong }
    // All but the last are cut at multiples of eight.
    guard !place.isEmpty, fragment.isLast || place.count % 8 == 0 else { throw .overlapping }
    if fragment.isLast {
      guard length.map({ $0 == place.upperBound }) ?? (payload.count <= place.upperBound) else {
        throw .overlapping
      }
      length = place.upperBound
    } else if let length, place.upperBound > length {
      throw .overlapping
    }
    if fragment.offset == 0, head.isEmpty {
      head = packet.extracting(first: fragment.headers).copy
      head[fragment.link.place] = fragment.link.nextProtocol
    }
    try put(bytes, at: place)
    guard let length, runs == [0..<length], !head.isEmpty else { return nil }
    guard head.count + length <= Self.byteLimit else { throw .tooLong }
    return whole(fragment.key.family)
  }

  private mutating func put(_ bytes: RawSpan, at place: Range<Int>) throws(FragmentFault) {
    let first = runs.firstIndex { $0.upperBound >= place.lowerBound } ?? runs.count
    if first < runs.count, runs[first].lowerBound < place.upperBound,
      runs[first].upperBound > place.lowerBound
    {
      // What comes twice is ignored when it is the same.
      guard runs[first].lowerBound <= place.lowerBound, runs[first].upperBound >= place.upperBound,
        payload.bytes.extracting(place).isEqual(to: bytes)
      else { throw .overlapping }
      return
    }
    var last = first
    var run = place
    while last < runs.count, runs[last].lowerBound <= place.upperBound {
      // Only the first can end where this begins, and only the next can begin where it ends.
      guard runs[last].upperBound == place.lowerBound || runs[last].lowerBound == place.upperBound
      else { throw .overlapping }
      run = min(run.lowerBound, runs[last].lowerBound)..<max(run.upperBound, runs[last].upperBound)
      last += 1
    }
    runs.replaceSubrange(first..<last, with: [run])
    guard runs.count <= Self.runLimit else { throw .overlapping }
    if payload.count < place.upperBound {
      payload.append(contentsOf: repeatElement(0, count: place.upperBound - payload.count))
    }
    payload.replaceSubrange(place, with: bytes.copy)
  }

  /// The packet as it was before it was cut.
  private func whole(_ family: PacketShape.Family) -> [UInt8] {
    var packet = head + payload
    func put(_ number: UInt16, at offset: Int) {
      packet[offset] = UInt8(number >> 8)
      packet[offset + 1] = UInt8(number & 0xff)
    }
    switch family {
    case .ipv4:
      put(UInt16(packet.count), at: 2)
      packet[6] &= 0x40
      packet[7] = 0
      put(0, at: 10)
      put(packet.bytes.extracting(first: head.count).internetChecksum, at: 10)
    case .ipv6: put(UInt16(packet.count - IPv6Header.size), at: 4)
    }
    return packet
  }
}
