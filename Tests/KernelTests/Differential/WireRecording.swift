// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import System
import TestSupport

@testable import Pipeline

/// The packets that passed one end of a network, as tcpdump wrote them.
struct WireRecording {
  /// The file.
  let path: String
  /// Each packet from its IP header on, in order.
  let packets: [[UInt8]]

  /// Reads a capture of Ethernet frames, in the byte order of this machine (the pcap format, version 2.4).
  init(path: String) throws {
    self.path = path
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    var packets: [[UInt8]] = []
    var place = 24
    while place + 16 <= bytes.count {
      let length = Int(bytes.bytes.host(place + 8, as: UInt32.self))
      let frame = bytes[(place + 16)...].prefix(length)
      packets.append(Array(frame.dropFirst(14)))
      place += 16 + length
    }
    self.packets = packets
  }

  /// What the tracer says of each packet, by its place: all events that it gives to whoever asks for all.
  func events() throws -> [Int: [TracedEvent]] {
    let folder = URL.temporaryDirectory.appending(path: "tptest-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let lines = folder.appending(path: "lines")
    let output = try Output(
      Destination(.json, path: lines.path), clock: BootClock(epochOffset: 0))
    var emitter = Emitter(outputs: [output], isSparse: false)
    let kinds = EventKind.allCases
    emitter.add(
      TracePlan(policies: ["all"], rules: kinds.map { PlanRule(policy: 0, event: $0) }),
      generation: 1)
    for (place, packet) in packets.enumerated() {
      guard let record = Self.record(of: packet, place) else { continue }
      emitter.consume(record.span.bytes)
    }
    guard try emitter.outputs.finish() == .written else { throw Unreadable() }
    var events: [Int: [TracedEvent]] = [:]
    for line in try Data(contentsOf: lines).split(separator: UInt8(ascii: "\n")) {
      let event = try TracedEvent(line: Array(line))
      events[Int(event.timestamp), default: []].append(event)
    }
    return events
  }

  /// A record like the kernel's, with the packet's place as its time, that wants all that the packet may give.
  private static func record(of packet: [UInt8], _ place: Int) -> [UInt8]? {
    guard let headers = PacketHeaders(packet.span.bytes) else { return nil }
    let shape = headers.shape
    var row: UInt64 = 0
    for (bit, kind) in EventKind.allCases.enumerated()
    where kind.contentProtocol.map(shape.carries) ?? shape.gives(kind) { row |= 1 << UInt64(bit) }
    var header = tp_packet()
    header.kind = TP_RECORD_PACKET.rawValue
    header.generation = 1
    header.time = UInt64(place)
    header.length = UInt32(packet.count)
    header.captured = UInt32(packet.count)
    header.system_call = -1
    header.row_words = 1
    header.shape = shape.rawValue
    header.transport_offset = UInt16(headers.transportOffset)
    return withUnsafeBytes(of: header) { Array($0) } + withUnsafeBytes(of: row) { Array($0) }
      + packet
  }

  private struct Unreadable: Error {}
}

extension Stage {
  /// Records what passes one end of a network while `traffic` goes on; all of it, since it is told to end afterwards.
  func recording(
    on side: VirtualNetwork.Side, of traffic: () async throws -> Void
  ) async throws -> WireRecording {
    let path = try folder() + "/packets.pcap"
    let process = try start(
      "tcpdump", "-n", "-U", "--immediate-mode", "-Z", "root", "-i", "veth0", "-w", path,
      "ip or ip6", on: side)
    try await eventually("tcpdump", instead: { process.errorText }) {
      process.errorText.contains("listening on veth0")
    }
    try await traffic()
    process.send(SIGINT)
    try await process.end()
    return try WireRecording(path: path)
  }
}
