// SPDX-License-Identifier: Apache-2.0

/// The event that an output writes where others are missing; policies cannot select it.
///
/// Source: `docs/events.md`.
public enum LostEvents {
  /// The identity of the event.
  public static let id = EventID(number: 2999, name: "lost_events")

  /// The place where events were lost; the raw value is its name in JSON.
  public enum Reason: String, CaseIterable, Sendable {
    /// The ring between the kernel and user space was full.
    case ringFull = "ring_full"
    /// The queue of an output with `on-full=drop` was full.
    case outputFull = "output_full"
  }

  /// The elements of the event's `args` in JSON, in order.
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
