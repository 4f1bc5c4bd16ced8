// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A capture that cannot be read at all.
public struct CaptureError: Error, Equatable, CustomStringConvertible {
  /// The reasons why a capture cannot be read.
  public enum Reason: Equatable, Sendable {
    /// The system refused, with this error number.
    case system(Int32)
    /// It begins like no capture that is known.
    case unknownFormat
    /// There is nothing in it.
    case empty
    /// It is damaged before its first packet.
    case damaged
  }

  /// The path; `-` for standard input.
  public let path: String
  /// The reason why the capture cannot be read.
  public let reason: Reason

  /// One sentence with what to do.
  public var description: String {
    let place = path == "-" ? "standard input" : "'\(path)'"
    return switch reason {
    case .system(ENOENT): "cannot read \(place): there is no such file; name a capture"
    case .system(let code):
      unsafe "cannot read \(place): \(String(cString: strerror(code))); name a file that can be read"
    case .unknownFormat:
      "cannot read \(place): it is no pcap or pcapng file; convert it, with editcap for example"
    case .empty: "cannot read \(place): it is empty; capture again"
    case .damaged:
      "cannot read \(place): it is damaged before its first packet; capture again, or repair it"
    }
  }
}
