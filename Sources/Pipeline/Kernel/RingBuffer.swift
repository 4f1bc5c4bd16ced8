// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// The consumer's side of the ring.
@safe struct RingBuffer: ~Copyable {
  private let handle: OpaquePointer
  private let relay: Relay

  /// Maps the ring of a loaded object.
  init(map descriptor: Int32) throws(SystemError) {
    let relay = Relay()
    let context = unsafe Unmanaged.passUnretained(relay).toOpaque()
    guard let handle = unsafe ring_buffer__new(descriptor, Relay.callback, context, nil) else {
      throw SystemError("open the ring", code: errno)
    }
    unsafe self.handle = handle
    self.relay = relay
  }

  deinit { unsafe ring_buffer__free(handle) }

  /// A descriptor that is readable when there are records.
  ///
  /// The ring owns it.
  var descriptor: Int32 { unsafe ring_buffer__epoll_fd(handle) }

  /// Gives `body` each record that is there, as bytes that are lent for the call; it stops when `body` says false.
  ///
  /// Each record of a packet has all of its owner, also where the ring has only the id of one that was told before.
  ///
  /// The record of which `body` said false counts as taken.
  func consume(_ body: (RawSpan) -> Bool) throws(SystemError) {
    let code = withoutActuallyEscaping(body) { body in
      let reader = Reader(body)
      relay.reader = unsafe Uncounted(reader)
      defer { relay.reader = nil }
      return withExtendedLifetime(reader) { unsafe ring_buffer__consume(handle) }
    }
    guard code >= 0 || code == -ECANCELED else { throw SystemError("read the ring", code: code) }
  }

  /// Who is given the records of one call of ``consume(_:)``.
  private final class Reader {
    let body: (RawSpan) -> Bool

    init(_ body: @escaping (RawSpan) -> Bool) { self.body = body }
  }

  /// What the C callback reaches through its context.
  private final class Relay {
    var reader: Uncounted<Reader>?
    private let owners = KeptOwners()

    static let callback: ring_buffer_sample_fn = { context, data, size in
      guard let context = unsafe context else { return 0 }
      let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size)
      return unsafe Unmanaged<Relay>.fromOpaque(context)._withUnsafeGuaranteedRef { relay in
        let record = unsafe relay.owners.complete(bytes)
        guard let reader = relay.reader else { return 0 }
        return reader.use { $0.body(unsafe record.bytes) } ? 0 : -ECANCELED
      }
    }
  }
}
