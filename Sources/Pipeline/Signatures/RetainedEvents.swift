// SPDX-License-Identifier: Apache-2.0

import Policy

/// Copies of events that signatures still need: until those of other processors have come, and as long as one waits for another.
///
/// Memory is bounded and used again. A place holds the record as it came from the ring, the message that it completes, and
/// what it says to signatures.
@safe final class RetainedEvents {
  @unsafe private struct Place {
    var bytes: UnsafeMutableRawPointer?
    var capacity = 0
    var recordLength = 0
    var messageLength = 0
    var observations: [Observation] = []
    var event: EventKind = .ipv4
    var content: ContentProtocol?
    var holders = 0
    var serial: UInt64 = 0
    var nextFree: UInt32 = 0
  }

  private var places: [Place] = unsafe []
  private var free: UInt32 = 0
  private var serials: UInt64 = 0
  /// The bytes that copies take.
  private(set) var bytes = 0
  /// How many events are held.
  private(set) var count = 0
  /// The most bytes that copies may take.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  deinit {
    for index in unsafe places.indices { unsafe places[index].bytes?.deallocate() }
  }

  /// Copies an event, which has one holder then; nil when there is no room.
  func keep(
    _ packet: borrowing DecodedPacket, _ event: EventKind
  ) -> UInt32? {
    let record = packet.record.whole
    let message = packet.record.message
    let needed = record.byteCount + message.byteCount
    if unsafe free == 0 || places[Int(free) - 1].capacity < needed, bytes + needed > limit {
      return nil
    }
    let number = takePlace()
    let index = Int(number) - 1
    if unsafe places[index].capacity < needed {
      unsafe places[index].bytes?.deallocate()
      let capacity = (needed + 255) / 256 * 256
      unsafe bytes += capacity - places[index].capacity
      unsafe places[index].bytes = .allocate(byteCount: capacity, alignment: 16)
      unsafe places[index].capacity = capacity
    }
    guard let memory = unsafe places[index].bytes else { return nil }
    unsafe record.withUnsafeBytes { from in
      guard let base = from.baseAddress else { return }
      unsafe memory.copyMemory(from: base, byteCount: from.count)
    }
    unsafe message.withUnsafeBytes { from in
      guard let base = from.baseAddress, from.count > 0 else { return }
      unsafe (memory + record.byteCount).copyMemory(from: base, byteCount: from.count)
    }
    serials += 1
    unsafe places[index].recordLength = record.byteCount
    unsafe places[index].messageLength = message.byteCount
    unsafe places[index].event = event
    unsafe places[index].content = packet.content
    unsafe places[index].holders = 1
    unsafe places[index].serial = serials
    unsafe places[index].observations.removeAll(keepingCapacity: true)
    count += 1
    return number
  }

  private func takePlace() -> UInt32 {
    if free != 0 {
      let number = free
      free = unsafe places[Int(number) - 1].nextFree
      return number
    }
    unsafe places.append(Place())
    return unsafe UInt32(places.count)
  }

  /// One holder more.
  func hold(_ number: UInt32) { unsafe places[Int(number) - 1].holders += 1 }

  /// One holder less; the last one gives the place back.
  func release(_ number: UInt32) {
    guard number != 0 else { return }
    let index = Int(number) - 1
    unsafe places[index].holders -= 1
    guard unsafe places[index].holders == 0 else { return }
    unsafe places[index].nextFree = free
    free = number
    count -= 1
  }

  /// Adds what an event says to a signature.
  func add(_ observation: Observation, to number: UInt32) {
    unsafe places[Int(number) - 1].observations.append(observation)
  }

  /// Puts those of one machine in the order in which it takes them: the last member first.
  func sortObservations(_ number: UInt32) {
    let index = Int(number) - 1
    let count = unsafe places[index].observations.count
    for place in 0..<count {
      var place = place
      while place > 0 {
        let (a, b) = unsafe (
          places[index].observations[place - 1], places[index].observations[place]
        )
        guard a.machine == b.machine ? a.member < b.member : a.machine > b.machine else { break }
        unsafe places[index].observations.swapAt(place - 1, place)
        place -= 1
      }
    }
  }

  /// How many observations an event has.
  func observationCount(_ number: UInt32) -> Int {
    unsafe places[Int(number) - 1].observations.count
  }

  /// One of them.
  func observation(_ index: Int, of number: UInt32) -> Observation {
    unsafe places[Int(number) - 1].observations[index]
  }

  /// What sort of event it is.
  func event(_ number: UInt32) -> EventKind { unsafe places[Int(number) - 1].event }

  /// A number that this event has and no other.
  func serial(_ number: UInt32) -> UInt64 { unsafe places[Int(number) - 1].serial }

  /// Gives `body` the event as it was.
  func withPacket(_ number: UInt32, _ body: (borrowing DecodedPacket) -> Void) {
    let place = unsafe places[Int(number) - 1]
    guard let memory = unsafe place.bytes else { return }
    let kept = unsafe UnsafeRawBufferPointer(
      start: memory, count: place.recordLength + place.messageLength)
    let bytes = unsafe kept.bytes
    guard let record = unsafe RecordReader(bytes.extracting(0..<place.recordLength)) else { return }
    let message = unsafe bytes.extracting(
      place.recordLength..<place.recordLength + place.messageLength)
    let whole = record.completing(message)
    guard
      let headers = PacketHeaders(
        whole.packet, shape: whole.shape, transportOffset: whole.transportOffset)
    else { return }
    unsafe body(DecodedPacket(whole, headers, asking: place.content))
  }
}
