import Glibc

/// The names of the network interfaces of the tracer's own network namespace.
///
/// A name is asked for once a second at most, so that a renamed interface does not keep its old name for long.
final class InterfaceNames {
  private var known: [UInt32: (name: [UInt8], asked: UInt64)] = [:]
  private let ownNamespace = Namespace.inode("/proc/self/ns/net") ?? 0

  private static let any = Array("any".utf8)
  private static let limit = 1024

  /// The name of the interface of a packet; `any` when it is in another network namespace, or is not known.
  ///
  /// - Parameters:
  ///   - index: the interface's number in its network namespace.
  ///   - namespace: the inode of the owner's network namespace.
  ///   - time: when the packet passed, in ns.
  func name(of index: UInt32, namespace: UInt32, at time: UInt64) -> [UInt8] {
    guard index != 0, namespace != 0, namespace == ownNamespace else { return Self.any }
    if let found = known[index], time &- found.asked < 1_000_000_000 { return found.name }
    var text = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    let isNamed = unsafe if_indextoname(index, &text) != nil
    let name =
      isNamed ? text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) } : Self.any
    if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
    known[index] = (name, time)
    return name
  }
}
