// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Threads with all signals blocked, for work that has to wait in the kernel.
package enum Threads {
  /// Does work on a thread of its own, or on the calling one when no thread can be made.
  package static func start(_ work: @escaping @Sendable () -> Void) {
    if detach(work) != 0 { work() }
  }

  /// Does work on a thread of its own.
  ///
  /// - Returns: 0, or the error number of pthread_create(3), and nothing is done.
  package static func detach(_ work: @escaping @Sendable () -> Void) -> CInt {
    var thread = pthread_t()
    let code = make(&thread, work)
    if code == 0 { pthread_detach(thread) }
    return code
  }

  /// Does all works at the same time, each on a thread of its own, and returns when the last is done.
  package static func together(_ works: [@Sendable () -> Void]) {
    let threads = works.compactMap { work -> pthread_t? in
      var thread = pthread_t()
      guard make(&thread, work) != 0 else { return thread }
      work()
      return nil
    }
    for thread in threads { pthread_join(thread, nil) }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static func make(
    _ thread: inout pthread_t, _ body: @escaping @Sendable () -> Void
  ) -> CInt {
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    let work = unsafe Unmanaged.passRetained(Work(body))
    let code = unsafe pthread_create(
      &thread, nil,
      { work in
        guard let work = unsafe work else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    if code != 0 { unsafe work.release() }
    return code
  }
}
