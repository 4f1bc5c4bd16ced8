// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads the frames of a pcap or pcapng file, one after the other, in memory whose size does not depend on the file.
///
/// Both byte orders, microseconds and nanoseconds, and gzip. What can be read is read, and the rest is counted in
/// ``faults``. Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
public struct CaptureReader: ~Copyable {
  let input: CaptureInput
  var isSwapped = false
  var faults = CaptureFaults()
  /// The frame that ``next()`` found.
  var frame = CaptureFrame()
  /// Bytes to leave behind before the next frame.
  var passed = 0

  private var format = Format.pcap(link: nil, time: CaptureTime())
  /// Whether the section of pcapng is in a version that is not known: its frames are only counted.
  var isNewer = false
  /// The interfaces of a section of pcapng.
  var interfaces: [Interface] = []

  private enum Format {
    case pcap(link: LinkType?, time: CaptureTime)
    case pcapng
    case ended
  }

  /// An interface of pcapng.
  struct Interface: Equatable {
    var link: LinkType?
    var snapLength: UInt32
    var time = CaptureTime()
  }

  /// Opens a capture; `-` is standard input.
  public static func open(_ path: String) throws(CaptureError) -> CaptureReader {
    let reader = CaptureReader(try CaptureInput.open(path))
    if reader.faults.code != 0 {
      throw CaptureError(path: path, reason: .system(reader.faults.code))
    }
    if reader.input.taken == 0 { throw CaptureError(path: path, reason: .empty) }
    if case .ended = reader.format { throw CaptureError(path: path, reason: .unknownFormat) }
    return reader
  }

  /// Takes what begins with a header of either format; nothing can be read of anything else.
  init(_ input: CaptureInput) {
    self.input = input
    readHeader()
    if case .ended = format { end() }
  }

  /// The bytes that ``CaptureFrame/place`` counts in.
  var bytes: RawSpan {
    @_lifetime(borrow self) get { input.bytes }
  }

  /// Whether the next frame has to be read first, which may take its time.
  var isDry: Bool { input.count - passed < 16 }

  /// The bytes of the capture, compressed or not; nil when they are not those of a file.
  public var size: UInt64? {
    guard let descriptor = input.descriptor else { return nil }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return UInt64(status.st_size)
  }

  /// Finds the next frame; false at the end.
  mutating func next() -> Bool {
    input.drop(passed)
    passed = 0
    switch format {
    case .pcap(let link, let time):
      if nextRecord(link, time) { return true }
    case .pcapng:
      if nextBlock() { return true }
    case .ended: return false
    }
    format = .ended
    end()
    return false
  }

  private mutating func end() {
    if input.isCompressionBroken { faults.compression = 1 }
    faults.code = input.code
  }

  /// An integer of the capture at an offset.
  func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer {
    let value: Integer = bytes.host(offset)
    return isSwapped ? value.byteSwapped : value
  }

  private mutating func readHeader() {
    format = .ended
    guard input.has(4) else { return }
    let magic: UInt32 = bytes.host(0)
    switch magic {
    case 0x0a0d_0d0a:
      format = .pcapng
      return
    case 0xa1b2_c3d4, 0xa1b2_3c4d: isSwapped = false
    case 0xd4c3_b2a1, 0x4d3c_b2a1: isSwapped = true
    default: return
    }
    guard input.has(24) else { return }
    let isNano = magic == 0xa1b2_3c4d || magic == 0x4d3c_b2a1
    // The upper half says how long the checksum of each frame is.
    let link = LinkType(number: integer(20, as: UInt32.self) & 0xffff)
    format = .pcap(link: link, time: CaptureTime(resolution: isNano ? 9 : 6))
    passed = 24
  }

  /// Finds the next record of pcap.
  private mutating func nextRecord(_ link: LinkType?, _ time: CaptureTime) -> Bool {
    guard input.has(16) else {
      if input.count > 0 { faults.cutOff = 1 }
      return false
    }
    let captured: UInt32 = integer(8)
    let length: UInt32 = integer(12)
    guard captured <= CaptureInput.limit - 16 else {
      faults.damaged = 1
      return false
    }
    guard input.has(16 + Int(captured)) else {
      faults.cutOff = 1
      return false
    }
    let units = CaptureTime(resolution: 0).nanoseconds(UInt64(integer(0, as: UInt32.self)))
    frame = CaptureFrame(
      time: units + time.nanoseconds(UInt64(integer(4, as: UInt32.self))), link: link,
      place: 16..<16 + Int(captured), length: max(Int(captured), Int(length)))
    passed = 16 + Int(captured)
    return true
  }
}
