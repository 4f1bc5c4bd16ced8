/// The kinds of network event, by the number that users see as `eventId`.
///
/// Source: `docs/events.md`; the numbers and names are Tracee's.
public enum EventKind: UInt32, CaseIterable, Sendable {
  case ipv4 = 2000
  case ipv6 = 2001
  case tcp = 2002
  case udp = 2003
  case icmp = 2004
  case icmpv6 = 2005
}
