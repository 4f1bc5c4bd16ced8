// SPDX-License-Identifier: Apache-2.0

extension KernelTables {
  /// The entries of a longest-prefix trie, laid out as the kernel takes them.
  struct Trie: Equatable, Sendable {
    /// The bytes of a key: 4 for the number of bits that count, in host byte order, then its data.
    let keySize: Int
    /// The keys, one after the other.
    private(set) var keys: [UInt8] = []
    /// The index of the row of each key.
    var rows: [UInt32] = []

    /// Creates a trie without entries.
    init(keySize: Int) { self.keySize = keySize }

    var count: Int { rows.count }

    var isEmpty: Bool { rows.isEmpty }

    /// Makes room for more entries.
    mutating func reserve(_ more: Int) {
      // Not for a little more each time, which would copy all of them as often.
      guard count == 0 else { return }
      keys.reserveCapacity(more * keySize)
      rows.reserveCapacity(more)
    }

    /// Adds an entry.
    ///
    /// - Parameter write: adds the data of its key, of which zeros fill the rest, and returns the number of bits that count.
    mutating func append(row: UInt32, _ write: (inout [UInt8]) -> UInt32) {
      let start = keys.count
      keys.append(host: 0)
      let bits = write(&keys)
      precondition(keys.count <= start + keySize, "the key fits")
      for _ in keys.count..<(start + keySize) { keys.append(0) }
      unsafe keys.withUnsafeMutableBytes { bytes in
        unsafe bytes.storeBytes(of: bits, toByteOffset: start, as: UInt32.self)
      }
      rows.append(row)
    }

    /// The bits that count of the key of an entry.
    func bits(of entry: Int) -> UInt32 {
      unsafe keys.span.bytes.host(entry * keySize, as: UInt32.self)
    }

    /// The data of the key of an entry, of at most 16 bytes, as a number of so many bytes.
    func number(of entry: Int) -> UInt128 {
      keys[(entry * keySize + 4)..<((entry + 1) * keySize)]
        .reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    }
  }
}

extension [UInt8] {
  /// Adds a number in network byte order.
  mutating func append(bigEndian number: some FixedWidthInteger) {
    unsafe Swift.withUnsafeBytes(of: number.bigEndian) { unsafe append(contentsOf: $0) }
  }

  fileprivate mutating func append(host number: UInt32) {
    unsafe Swift.withUnsafeBytes(of: number) { unsafe append(contentsOf: $0) }
  }
}
