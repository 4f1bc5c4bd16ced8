// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What this thread does with files meanwhile, it does as an ordinary user, as `setfsuid(2)` has it.
///
/// Only root may ask for it. Nothing must wait in `body`: another thread would go on.
public func asFileSystemUser<Result>(
  _ user: UInt32, _ body: () throws -> Result
) rethrows -> Result {
  typealias Call = @convention(c) (UInt32) -> CInt
  // Glibc's module leaves out <sys/fsuid.h>.
  let address = dlsym(nil, "setfsuid")
  precondition(address != nil, "the C library has setfsuid")
  let call = unsafeBitCast(address, to: Call.self)
  _ = call(user)
  defer { _ = call(0) }
  return try body()
}
