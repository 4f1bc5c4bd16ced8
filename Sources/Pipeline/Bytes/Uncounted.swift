// SPDX-License-Identifier: Apache-2.0

/// A reference that does not keep its object, so that nothing is counted when an event follows it.
@safe struct Uncounted<Object: AnyObject> {
  private let object: Unmanaged<Object>

  /// Refers to an object, which somebody else must keep for as long as it is used through this.
  @inline(__always)
  @unsafe init(_ object: Object) { unsafe self.object = .passUnretained(object) }

  /// Gives `body` the object.
  @inline(__always)
  func use<Result>(_ body: (Object) -> Result) -> Result {
    unsafe object._withUnsafeGuaranteedRef(body)
  }
}
