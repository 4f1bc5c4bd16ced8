// SPDX-License-Identifier: Apache-2.0

/// One frame of a capture, without its bytes.
struct CaptureFrame: Equatable {
  /// When it was captured, in ns since the epoch; 0 when the capture does not say.
  var time: UInt64 = 0
  /// What it begins with; nil when its interface does not say.
  var link: LinkType?
  /// Where its bytes are in what ``CaptureReader/bytes`` lends.
  var place = 0..<0
  /// Its bytes, captured or not.
  var length = 0
  /// Which way it went; nil when the capture does not say.
  var direction: PacketDirection?
  /// The number of its interface in the capture.
  var interface: UInt32 = 0
  /// Where its comment is; nil when it has none.
  var comment: Range<Int>?
}

/// What could not be read of a capture.
public struct CaptureFaults: Equatable, Sendable {
  /// Frames of an interface that is not described.
  public var undescribed: UInt64 = 0
  /// Frames of a section in a version of the format that is not known.
  public var newer: UInt64 = 0
  /// Frames that contradict the block they are in.
  public var contradictory: UInt64 = 0
  /// Frames and blocks that are longer than any may be.
  public var tooLong: UInt64 = 0
  /// 1 when the capture ends within a frame or block.
  public var cutOff: UInt64 = 0
  /// 1 when the length of a frame or block cannot be: what follows it is not read.
  public var damaged: UInt64 = 0
  /// 1 when the compressed bytes end before their time, or are damaged.
  public var compression: UInt64 = 0
  /// The error number that ended reading; 0 without one.
  public var code: Int32 = 0

  /// Those that there are, each with what it is.
  public var all: [(what: String, count: UInt64)] {
    [
      ("of an interface that is not described", undescribed),
      ("in a section of a version of pcapng that is not known", newer),
      ("contradicting its block", contradictory), ("too long", tooLong),
      ("cut off at the end", cutOff), ("damaged, and nothing was read after it", damaged),
      ("not inflated to the end", compression), ("not read to the end", code == 0 ? 0 : 1),
    ].filter { $0.count > 0 }
  }
}
