// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

@testable import Pipeline

/// Reads lines from a descriptor, and waits for those that are not there yet.
final class Reader {
  let descriptor: Int32
  private var bytes: [UInt8] = []

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The next lines; fewer when none comes for some seconds.
  ///
  /// - Parameter meanwhile: is done each time that there is nothing to read.
  func lines(_ count: Int, meanwhile: () -> Void = {}) -> [String] {
    var lines: [String] = []
    let deadline = ContinuousClock.now + .seconds(20)
    while lines.count < count, .now < deadline {
      let read = bytes.split(
        separator: UInt8(ascii: "\n"), maxSplits: count - lines.count,
        omittingEmptySubsequences: false)
      if read.count > 1 {
        lines += read.dropLast().map { String(decoding: $0, as: UTF8.self) }
        bytes = Array(read[read.count - 1])
      } else if !readMore(within: 5) {
        meanwhile()
      }
    }
    return lines
  }

  /// What is there still.
  func rest() -> String {
    while readMore(within: 0) {}
    return String(decoding: bytes, as: UTF8.self)
  }

  private func readMore(within milliseconds: Int32) -> Bool {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, milliseconds) > 0 else { return false }
    var part = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &part, part.count)
    guard count > 0 else { return false }
    bytes += part.prefix(count)
    return true
  }
}

/// An output to a FIFO that is not read until somebody asks the reader.
struct UnreadOutput {
  let output: Output
  let reader: Reader

  init(in folder: String, _ onFull: Destination.OnFull = .block, _ route: Route = Route()) throws {
    let path = folder + "/fifo"
    mkfifo(path, 0o600)
    reader = Reader(try FIFO.open(path))
    var destination = Destination(.json, path: path)
    destination.onFull = onFull
    destination.route = route
    output = try Output(destination, clock: OutputTests.clock)
  }
}

enum FIFO {
  /// Opens a FIFO for reading without waiting for its writer.
  static func open(_ path: String) throws -> Int32 {
    let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { throw POSIXError(.EIO) }
    return descriptor
  }
}
