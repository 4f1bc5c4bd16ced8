/// The event that stands where others are missing: no policy asks for it.
///
/// Source: `docs/events.md`.
public enum LostEvents {
  /// The identity of the event.
  public static let id = EventID(number: 2999, name: "lost_events")

  /// Where events were lost.
  ///
  /// The raw value is how it is written.
  public enum Reason: String, CaseIterable, Sendable {
    /// The ring between the kernel and user space had no room.
    case ringFull = "ring_full"
    /// The output had no room, and says `on-full=drop`.
    case outputFull = "output_full"
  }

  /// The elements of `args`, in order.
  public static let arguments = [
    EventArgument("count", "u64", .bits(64)),
    EventArgument("reason", "const char*", .text),
    EventArgument("since", "u64", .bits(64)),
    EventArgument("until", "u64", .bits(64)),
    EventArgument(
      "losses", "[]trace.Loss",
      .list(.structure(["policies": .list(.text), "event": .text, "count": .bits(64)]))),
  ]
}
