// SPDX-License-Identifier: Apache-2.0

import CSystem
import Policy

/// Copies of events that signatures still need: until those of other processors have come, and as long as one waits for another.
///
/// Memory is bounded and used again. Nearly no event is ever looked at again, so a copy touches as little memory as it can: what
/// signatures ask first stands in one cache line, the owner is there once for all of its events, and rows are left out.
@safe final class RetainedEvents {
  /// What stands before the bytes of a copy.
  @unsafe struct Place {
    /// A number that the event has and no other.
    var serial: UInt64
    /// What it says to the first signature that has a key of it.
    var first: Observation
    /// How many observations there are.
    var observationCount: UInt32
    var event: EventKind
    var content: ContentProtocol?
    fileprivate var holders: UInt32
    fileprivate var owner: UInt32
    fileprivate var nextFree: UInt32
    fileprivate var packetLength: UInt32
    fileprivate var messageLength: UInt32
    /// The other observations.
    fileprivate var more: UnsafeMutablePointer<Observation>?
    fileprivate var moreCapacity: UInt32
    /// The bytes of a copy that has no room behind this.
    fileprivate var outside: UnsafeMutableRawPointer?
    fileprivate var outsideCapacity: UInt32
  }

  typealias Pointer = UnsafeMutablePointer<Place>

  private let places = Blocks(
    stride: RetainedEvents.placeSize, bits: 6)
  private let owners = RetainedOwners()
  private var used: UInt32 = 0
  private var free: UInt32 = 0
  private var serials: UInt64 = 0
  private var outsideBytes = 0
  /// How many events are held.
  private(set) var count = 0
  /// The most bytes that copies may take.
  private let limit: Int
  /// Memory for a record that is put together again.
  private var whole: [UInt8] = []

  private static let placeSize = 256
  private static let inside = unsafe placeSize - MemoryLayout<Place>.stride
  /// The bytes of a record before its owner, which stands last before its row.
  private static var headSize: Int { RecordLayout.owner }

  init(limit: Int) { self.limit = limit }

  deinit {
    for index in 0..<Int(used) {
      let place = unsafe pointer(UInt32(index + 1))
      unsafe place.pointee.more?.deallocate()
      unsafe place.pointee.outside?.deallocate()
    }
  }

  /// The bytes that copies take.
  var bytes: Int { places.bytes + owners.bytes + outsideBytes }

  // MARK: keeping

  /// Copies an event, which has one holder then; nil when there is no room.
  func keep(_ packet: borrowing DecodedPacket, _ event: EventKind) -> UInt32? {
    let (bytes, message) = (packet.record.packet, packet.record.message)
    let needed = Self.headSize + bytes.byteCount + message.byteCount
    var owner = owners.hold(packet.record.owner)
    if owner == 0 || free == 0 || needed > Self.inside {
      guard hasRoom(for: needed, isNewOwner: owner == 0) else {
        if owner != 0 { owners.release(owner) }
        return nil
      }
      if owner == 0 { owner = owners.keep(packet.record.owner) }
    }
    let number = takePlace()
    let place = unsafe pointer(number)
    let memory = unsafe room(for: needed, place)
    unsafe packet.record.head.withUnsafeBytes { from in
      guard let base = from.baseAddress else { return }
      unsafe memory.copyMemory(from: base, byteCount: Self.headSize)
    }
    unsafe Self.copy(bytes, to: memory + Self.headSize)
    if message.byteCount > 0 {
      unsafe Self.copy(message, to: memory + (Self.headSize + bytes.byteCount))
    }
    serials += 1
    unsafe place.pointee.serial = serials
    unsafe place.pointee.observationCount = 0
    unsafe place.pointee.event = event
    unsafe place.pointee.content = packet.content
    unsafe place.pointee.holders = 1
    unsafe place.pointee.owner = owner
    unsafe place.pointee.packetLength = UInt32(bytes.byteCount)
    unsafe place.pointee.messageLength = UInt32(message.byteCount)
    count += 1
    return number
  }

  /// Whether there is memory for an event, with what of it must be allocated.
  ///
  /// Places have half of it, bytes outside of them three eighths, and owners the rest, so that none of them is ever in the way of
  /// another: when enough events are released, there is room again.
  private func hasRoom(for needed: Int, isNewOwner: Bool) -> Bool {
    if free == 0, Int(used) == places.capacity, places.bytes + places.growth > limit / 2 {
      return false
    }
    if isNewOwner, owners.growth > 0, owners.bytes + owners.growth > limit / 8 { return false }
    guard needed > Self.inside else { return true }
    let known = unsafe free == 0 ? 0 : Int(pointer(free).pointee.outsideCapacity)
    return needed <= known || outsideBytes - known + Self.rounded(needed) <= limit / 8 * 3
  }

  private static func rounded(_ needed: Int) -> Int { (needed + 255) / 256 * 256 }

  private func takePlace() -> UInt32 {
    if free != 0 {
      let number = free
      free = unsafe pointer(number).pointee.nextFree
      return number
    }
    if Int(used) == places.capacity { places.grow() }
    used += 1
    unsafe pointer(used).initialize(
      to: Place(
        serial: 0, first: Observation(machine: 0, member: 0, key: 0, value: 0),
        observationCount: 0, event: .ipv4, content: nil, holders: 0, owner: 0, nextFree: 0,
        packetLength: 0, messageLength: 0, more: nil, moreCapacity: 0, outside: nil,
        outsideCapacity: 0))
    return used
  }

  /// Where the bytes of a copy go.
  @inline(__always)
  private func room(for needed: Int, _ place: Pointer) -> UnsafeMutableRawPointer {
    if needed <= Self.inside { return unsafe UnsafeMutableRawPointer(place + 1) }
    return unsafe outside(needed, place)
  }

  private func outside(_ needed: Int, _ place: Pointer) -> UnsafeMutableRawPointer {
    if let outside = unsafe place.pointee.outside,
      unsafe Int(place.pointee.outsideCapacity) >= needed
    {
      return unsafe outside
    }
    unsafe place.pointee.outside?.deallocate()
    let capacity = Self.rounded(needed)
    unsafe outsideBytes += capacity - Int(place.pointee.outsideCapacity)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    unsafe place.pointee.outside = unsafe memory
    unsafe place.pointee.outsideCapacity = UInt32(capacity)
    return unsafe memory
  }

  @inline(__always)
  private static func copy(_ bytes: RawSpan, to memory: UnsafeMutableRawPointer) {
    unsafe bytes.withUnsafeBytes { from in
      guard let base = from.baseAddress else { return }
      unsafe memory.copyMemory(from: base, byteCount: from.count)
    }
  }

  /// One holder more.
  @inline(__always)
  func hold(_ number: UInt32) { unsafe pointer(number).pointee.holders += 1 }

  /// One holder less; the last one gives the place back.
  @inline(__always)
  func release(_ number: UInt32) {
    if number != 0 { unsafe release(number, pointer(number)) }
  }

  /// The same, where the place is known.
  @inline(__always)
  func release(_ number: UInt32, _ place: Pointer) {
    unsafe place.pointee.holders -= 1
    guard unsafe place.pointee.holders == 0 else { return }
    unsafe owners.release(place.pointee.owner)
    if outsideBytes > limit / 16 * 3 { unsafe forgetOutside(place) }
    unsafe place.pointee.nextFree = free
    free = number
    count -= 1
  }

  /// Gives back what a place has outside, as others may need it more.
  private func forgetOutside(_ place: Pointer) {
    guard let outside = unsafe place.pointee.outside else { return }
    unsafe outside.deallocate()
    unsafe outsideBytes -= Int(place.pointee.outsideCapacity)
    unsafe place.pointee.outside = nil
    unsafe place.pointee.outsideCapacity = 0
  }

  // MARK: observations

  /// What is known of an event that is held.
  @inline(__always) @unsafe
  func pointer(_ number: UInt32) -> Pointer {
    unsafe places.at(Int(number) - 1).assumingMemoryBound(to: Place.self)
  }

  /// Has the processor fetch what is known of an event that is asked for soon.
  @inline(__always)
  func prepare(_ number: UInt32) { unsafe tp_prefetch(places.at(Int(number) - 1)) }

  /// Has the processor fetch the rest of its place, which the next event takes when this one is released.
  @inline(__always)
  func prepareRest(_ number: UInt32) {
    let place = unsafe places.at(Int(number) - 1)
    unsafe tp_prefetch(place + 64)
    unsafe tp_prefetch(place + 128)
    unsafe tp_prefetch(place + 192)
  }

  /// Adds what an event says to a signature.
  @inline(__always)
  func add(_ observation: Observation, to place: Pointer) {
    if unsafe place.pointee.observationCount == 0 {
      unsafe place.pointee.first = observation
      unsafe place.pointee.observationCount = 1
    } else {
      unsafe addMore(observation, to: place)
    }
  }

  private func addMore(_ observation: Observation, to place: Pointer) {
    let filled = unsafe Int(place.pointee.observationCount) - 1
    if unsafe filled == Int(place.pointee.moreCapacity) {
      let capacity = max(4, filled * 2)
      let longer = UnsafeMutablePointer<Observation>.allocate(capacity: capacity)
      if let more = unsafe place.pointee.more {
        unsafe longer.moveInitialize(from: more, count: filled)
        unsafe more.deallocate()
      }
      unsafe place.pointee.more = unsafe longer
      unsafe place.pointee.moreCapacity = UInt32(capacity)
    }
    unsafe place.pointee.more?.advanced(by: filled).initialize(to: observation)
    unsafe place.pointee.observationCount += 1
  }

  /// One of them.
  @inline(__always)
  func observation(_ index: Int, of place: Pointer) -> Observation {
    guard index > 0, let more = unsafe place.pointee.more else {
      return unsafe place.pointee.first
    }
    return unsafe more[index - 1]
  }

  /// Puts those of one machine in the order in which it takes them: the last member first.
  func sortObservations(_ number: UInt32) {
    let place = unsafe pointer(number)
    let count = unsafe Int(place.pointee.observationCount) - 1
    guard count > 0, let others = unsafe place.pointee.more else { return }
    func precedes(_ a: Observation, _ b: Observation) -> Bool {
      a.machine == b.machine ? a.member > b.member : a.machine < b.machine
    }
    for index in 0..<count {
      let moved = unsafe others[index]
      var end = index
      while end > 0, unsafe precedes(moved, others[end - 1]) {
        unsafe others[end] = unsafe others[end - 1]
        end -= 1
      }
      if end == 0, unsafe precedes(moved, place.pointee.first) {
        unsafe others[0] = unsafe place.pointee.first
        unsafe place.pointee.first = moved
      } else {
        unsafe others[end] = moved
      }
    }
  }

  // MARK: events

  /// What sort of event it is.
  func event(_ number: UInt32) -> EventKind { unsafe pointer(number).pointee.event }

  /// A number that this event has and no other.
  func serial(_ number: UInt32) -> UInt64 { unsafe pointer(number).pointee.serial }

  /// Gives `body` the event as it was, without its row.
  func withPacket(_ number: UInt32, _ body: (borrowing DecodedPacket) -> Void) {
    // While it is lent, nobody else has it.
    var memory = whole
    whole = []
    defer { whole = memory }
    let (length, content) = unsafe assemble(pointer(number), in: &memory)
    let bytes = memory.bytes
    guard let kept = RecordReader(bytes.extracting(0..<length)) else { return }
    let record = kept.completing(bytes.extracting(length..<bytes.byteCount))
    guard
      let headers = PacketHeaders(
        record.packet, shape: record.shape, transportOffset: record.transportOffset)
    else { return }
    body(DecodedPacket(record, headers, asking: content))
  }

  /// Puts a record together, with a row of one word without a bit, and what it completes after it.
  private func assemble(
    _ place: Pointer, in whole: inout [UInt8]
  ) -> (length: Int, content: ContentProtocol?) {
    let packetLength = unsafe Int(place.pointee.packetLength)
    let length = unsafe Self.headSize + packetLength + Int(place.pointee.messageLength)
    let stored = unsafe UnsafeRawBufferPointer(
      start: length > Self.inside ? place.pointee.outside : UnsafeMutableRawPointer(place + 1),
      count: length)
    whole.removeAll(keepingCapacity: true)
    unsafe whole.append(contentsOf: stored[..<Self.headSize])
    unsafe whole.append(contentsOf: owners.memory(of: place.pointee.owner))
    whole.append(contentsOf: repeatElement(0, count: 8))
    unsafe whole.append(contentsOf: stored[Self.headSize...])
    unsafe whole.withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: 1, toByteOffset: RecordLayout.rowWords, as: UInt16.self)
    }
    return unsafe (RecordLayout.headerSize + 8 + packetLength, place.pointee.content)
  }
}
