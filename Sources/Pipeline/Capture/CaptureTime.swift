// SPDX-License-Identifier: Apache-2.0

/// What the times of an interface count.
///
/// Source: the options `if_tsresol` and `if_tsoffset` of pcapng.
struct CaptureTime: Equatable {
  /// A negative power of ten, or of two when the highest bit is set.
  var resolution: UInt8 = 6
  /// Seconds to be added.
  var offset: Int64 = 0

  /// A time in ns since the epoch; one that 64 bits cannot hold is the nearest that they can.
  func nanoseconds(_ units: UInt64) -> UInt64 {
    var time: UInt128
    if resolution & 0x80 != 0 {
      time = (UInt128(units) * 1_000_000_000) >> UInt128(resolution & 0x7f)
    } else if resolution <= 9 {
      time = UInt128(units) * UInt128(Self.powersOfTen[9 - Int(resolution)])
    } else {
      let exponent = Int(resolution) - 9
      time = exponent <= 19 ? UInt128(units / Self.powersOfTen[exponent]) : 0
    }
    let seconds = UInt128(offset.magnitude) * 1_000_000_000
    if offset >= 0 { time += seconds } else { time = time > seconds ? time - seconds : 0 }
    return UInt64(clamping: time)
  }

  private static let powersOfTen: InlineArray<20, UInt64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]
}
