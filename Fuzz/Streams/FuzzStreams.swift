public import FuzzSupport
import Policy

@testable import Pipeline

/// Takes the bytes as segments of a few connections: for each a byte that says which and how, its place, its length,
/// and its payload.
@c(LLVMFuzzerTestOneInput)
public func fuzzStreams(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
  guard let first = bytes.first else { return 0 }
  var limits = Streams.Limits()
  (limits.flows, limits.backlogs, limits.bytes, limits.held) = (16, 4, 3_000, 1_000)
  let streams = Streams(limits)
  let framing: StreamFraming = first & 1 == 0 ? .dns : .http
  var time: UInt64 = 1_000_000_000
  var place = 1
  var fed: UInt64 = 0
  var given: UInt64 = 0
  while place + 4 <= bytes.count {
    let how = bytes[place]
    let sequence = UInt32(bytes[place + 1]) << 4 | UInt32(bytes[place + 2] & 15)
    let length = min(Int(bytes[place + 3]), bytes.count - place - 4)
    let payload = Array(bytes[place + 4..<place + 4 + length])
    place += 4 + length
    time += how & 0x80 == 0 ? 1_000_000 : 2_000_000_000
    var flags = TCPHeader.Flags.ack
    if how & 0x70 == 0x10 { flags = .syn }
    if how & 0x70 == 0x20 { flags = [.ack, .fin] }
    if how & 0x70 == 0x30 { flags = .rst }
    let key = StreamKey(
      source: IPAddress(ipv4: UInt32(how & 7)), destination: IPAddress(ipv4: 9),
      sourcePort: 1, destinationPort: 2, place: 0)
    let segment = StreamSegment(
      key, sequence: sequence &+ (how & 8 == 0 ? 0 : 0xffff_fff0), flags: flags, time: time,
      missing: how & 0x70 == 0x40 ? 3 : 0)
    fed += UInt64(length)
    streams.feed(segment, payload.span.bytes, framing) { message in
      given += UInt64(message.byteCount)
      if framing == .http { claim(HTTPHead.isBegun(by: message), "a head begins as heads do") }
    }
    let waiting = streams.backlogs.reduce(0) { $0 + $1.count }
    claim(waiting == streams.waiting, "what waits is counted: \(waiting), \(streams.waiting)")
    claim(waiting <= limits.bytes, "what waits is bounded: \(waiting)")
    claim(streams.backlogs.count <= limits.backlogs, "who waits is bounded")
    claim(given <= fed, "a byte is given once: \(given) of \(fed)")
  }
  return 0
}

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedStreams(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(seeds, count, arguments)
  return 0
}

/// Messages in one piece, in several, and in several that come in another order.
private let seeds: [[UInt8]] = {
  let query: [UInt8] =
    [0, 21, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3] + Array("www".utf8) + [0, 0, 1, 0, 1]
  let head = Array("GET /a HTTP/1.1\r\nHost: b\r\n\r\nPOST /c HTTP/1.0\r\n\r\n".utf8)
  func segment(_ how: UInt8, _ place: Int, _ bytes: ArraySlice<UInt8>) -> [UInt8] {
    [how, UInt8(place >> 4), UInt8(place & 15), UInt8(bytes.count)] + bytes
  }
  return [(0, query + query), (1, head)].flatMap { first, bytes in
    let halves = (bytes[..<9], bytes[9..<30], bytes[30...])
    let one = segment(0, 1, halves.0)
    let two = segment(0, 10, halves.1)
    let three = segment(0, 31, halves.2)
    let syn = segment(0x10, 0, [])
    return [[first] + syn + segment(0, 1, bytes[...])]
      + [one + two + three, three + one + two, two + one + one + three].map { [first] + syn + $0 }
  }
}()
