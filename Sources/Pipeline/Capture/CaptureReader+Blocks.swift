// SPDX-License-Identifier: Apache-2.0

/// The blocks of pcapng.
extension CaptureReader {
  private enum Block {
    static let section: UInt32 = 0x0a0d_0d0a
    static let interface: UInt32 = 1
    static let oldPacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let packet: UInt32 = 6
  }

  /// The most interfaces of a section that are remembered.
  static let interfaceLimit = 1 << 16

  /// Finds the next block that has a frame.
  mutating func nextBlock() -> Bool {
    while true {
      guard input.has(12) else {
        if input.count > 0 { faults.cutOff = 1 }
        return false
      }
      let type: UInt32 = integer(0)
      // It is the same in both byte orders.
      if type == Block.section, !beginSection() { return false }
      let length: UInt32 = integer(4)
      guard length >= 12, length % 4 == 0 else {
        faults.damaged = 1
        return false
      }
      let isNeeded =
        switch type {
        case Block.interface, Block.packet, Block.simplePacket, Block.oldPacket: true
        default: false
        }
      guard isNeeded, length <= CaptureInput.limit else {
        if isNeeded { tooLong(type) }
        guard skip(length) else { return false }
        continue
      }
      guard input.has(Int(length)) else {
        faults.cutOff = 1
        return false
      }
      guard integer(Int(length) - 4, as: UInt32.self) == length else {
        faults.damaged = 1
        return false
      }
      let hasFrame = read(type, body: 8..<Int(length) - 4)
      if hasFrame {
        passed = Int(length)
        return true
      }
      input.drop(Int(length))
    }
  }

  /// Leaves a block behind; false when its end is not there, or says another length.
  private mutating func skip(_ length: UInt32) -> Bool {
    guard input.skip(UInt64(length) - 4), input.has(4) else {
      faults.cutOff = 1
      return false
    }
    guard integer(0, as: UInt32.self) == length else {
      faults.damaged = 1
      return false
    }
    input.drop(4)
    return true
  }

  private mutating func tooLong(_ type: UInt32) {
    faults.tooLong += 1
    // The interfaces after it keep their numbers.
    if type == Block.interface { add(Interface(link: nil, snapLength: 0)) }
  }

  private mutating func add(_ interface: Interface) {
    if interfaces.count < Self.interfaceLimit { interfaces.append(interface) }
  }

  private mutating func beginSection() -> Bool {
    switch bytes.host(8, as: UInt32.self) {
    case 0x1a2b_3c4d: isSwapped = false
    case 0x4d3c_2b1a: isSwapped = true
    default:
      faults.damaged = 1
      return false
    }
    interfaces.removeAll(keepingCapacity: true)
    isNewer = input.has(14) && integer(12, as: UInt16.self) != 1
    return true
  }

  /// Reads a block that is all there; whether it has a frame.
  private mutating func read(_ type: UInt32, body: Range<Int>) -> Bool {
    switch type {
    case Block.interface:
      readInterface(body)
      return false
    case Block.packet:
      guard body.count >= 20 else { return refuse() }
      let start = body.lowerBound
      return readFrame(
        interface: integer(start), units: units(start + 4), captured: integer(start + 12),
        length: integer(start + 16), data: start + 20..<body.upperBound, flags: 2)
    case Block.oldPacket:
      guard body.count >= 20 else { return refuse() }
      let start = body.lowerBound
      return readFrame(
        interface: UInt32(integer(start, as: UInt16.self)), units: units(start + 4),
        captured: integer(start + 12), length: integer(start + 16),
        data: start + 20..<body.upperBound, flags: 2)
    case Block.simplePacket:
      guard body.count >= 4 else { return refuse() }
      let length: UInt32 = integer(body.lowerBound)
      let data = body.lowerBound + 4..<body.upperBound
      let snapLength = interfaces.first.map(\.snapLength) ?? 0
      return readFrame(
        interface: 0, units: nil,
        captured: min(length, UInt32(data.count), snapLength == 0 ? .max : snapLength),
        length: length, data: data, flags: nil)
    default: return false
    }
  }

  private mutating func refuse() -> Bool {
    faults.contradictory += 1
    return false
  }

  /// A time in two halves, the upper first.
  private func units(_ offset: Int) -> UInt64 {
    UInt64(integer(offset, as: UInt32.self)) << 32
      | UInt64(integer(offset + 4, as: UInt32.self))
  }

  /// - Parameters:
  ///   - data: the frame, and what stands after it in the block.
  ///   - flags: the number of the option that says which way the frame went.
  private mutating func readFrame(
    interface number: UInt32, units: UInt64?, captured: UInt32, length: UInt32, data: Range<Int>,
    flags: UInt16?
  ) -> Bool {
    guard !isNewer else {
      faults.newer += 1
      return false
    }
    guard Int(captured) <= data.count else { return refuse() }
    guard Int(number) < interfaces.count else {
      faults.undescribed += 1
      return false
    }
    let interface = interfaces[Int(number)]
    let end = data.lowerBound + Int(captured)
    frame = CaptureFrame(
      time: units.map(interface.time.nanoseconds) ?? 0, link: interface.link,
      place: data.lowerBound..<end, length: max(Int(captured), Int(length)), interface: number)
    let options = end + (4 - Int(captured) % 4) % 4
    if let flags, options + 8 <= data.upperBound {
      var direction: PacketDirection?
      var comment: Range<Int>?
      forEachOption(options..<data.upperBound) { code, value in
        if code == 1, comment == nil { comment = value }
        guard code == flags, value.count == 4 else { return }
        switch integer(value.lowerBound, as: UInt32.self) & 3 {
        case 1: direction = .ingress
        case 2: direction = .egress
        default: break
        }
      }
      frame.direction = direction
      frame.comment = comment
    }
    return true
  }

  private mutating func readInterface(_ body: Range<Int>) {
    guard body.count >= 8 else {
      faults.contradictory += 1
      add(Interface(link: nil, snapLength: 0))
      return
    }
    let start = body.lowerBound
    var interface = Interface(
      link: LinkType(number: UInt32(integer(start, as: UInt16.self))),
      snapLength: integer(start + 4))
    forEachOption(start + 8..<body.upperBound) { code, value in
      switch (code, value.count) {
      case (9, 1): interface.time.resolution = bytes.byte(value.lowerBound)
      case (14, 8): interface.time.offset = integer(value.lowerBound)
      default: break
      }
    }
    add(interface)
  }

  /// Gives `body` the number and the place of each option, as far as they are well formed.
  private func forEachOption(
    _ place: Range<Int>, _ body: (_ code: UInt16, _ value: Range<Int>) -> Void
  ) {
    var offset = place.lowerBound
    while offset + 4 <= place.upperBound {
      let code: UInt16 = integer(offset)
      let length = Int(integer(offset + 2, as: UInt16.self))
      guard code != 0, length <= place.upperBound - offset - 4 else { return }
      body(code, offset + 4..<offset + 4 + length)
      offset += 4 + (length + 3) / 4 * 4
    }
  }
}
