import Glibc
import Synchronization

/// Threads, for what the kernel makes wait.
enum Threads {
  /// Does work on a thread of its own, which takes no signals; without one at once.
  static func start(_ work: @escaping @Sendable () -> Void) {
    guard let thread = make(work) else { return work() }
    pthread_detach(thread)
  }

  /// Does all at the same time, and waits for the last.
  static func together(_ works: [@Sendable () -> Void]) {
    let threads = works.map { work in
      let thread = make(work)
      if thread == nil { work() }
      return thread
    }
    for case let thread? in threads { pthread_join(thread, nil) }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private static func make(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let work = unsafe Unmanaged.passRetained(Work(body))
    let code = unsafe pthread_create(
      &thread, nil,
      { work in
        guard let work = unsafe work else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      unsafe work.release()
      return nil
    }
    return thread
  }
}

/// What other threads have done, for one that waits for descriptors.
final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  private let bell: Bell

  /// Makes an empty one.
  init() throws(KernelError) {
    do throws(OutputError) { bell = try Bell() } catch {
      throw KernelError("make a pipe", code: error.code)
    }
  }

  /// Readable when there is a message.
  var descriptor: Int32 { bell.descriptor }

  /// Leaves a message.
  func leave(_ message: Message) {
    messages.withLock { $0.append(message) }
    bell.ring()
  }

  /// Takes all messages, the oldest first.
  func take() -> [Message] {
    bell.silence()
    return messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
