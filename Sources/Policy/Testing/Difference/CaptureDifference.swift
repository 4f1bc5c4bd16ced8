// SPDX-License-Identifier: Apache-2.0

/// The difference of what two sets of policies report of the packets of a capture.
public struct CaptureDifference: Equatable, Sendable {
  /// The numbers of events of one policy and name.
  public struct Entry: Equatable, Sendable {
    /// The name of the policy.
    public var policy: String
    /// The name of the event or of the signature.
    public var event: String
    /// The number of events that only the new set reports.
    public var gained: UInt64
    /// The number of events that only the old set reports.
    public var lost: UInt64
    /// The number of events that both report.
    public var same: UInt64
    /// The first frames with an event that one set reports and the other does not.
    ///
    /// They are among the first 10,000 packets that either set wants. A finding is noted by the frame after which it came.
    public var examples: [Example]

    /// Creates the numbers of one policy and event.
    public init(
      policy: String, event: String, gained: UInt64, lost: UInt64, same: UInt64,
      examples: [Example] = []
    ) {
      self.policy = policy
      self.event = event
      self.gained = gained
      self.lost = lost
      self.same = same
      self.examples = examples
    }
  }

  /// A frame with an event that one of the sets reports and the other does not.
  public struct Example: Equatable, Sendable {
    /// Which of the sets does not report it.
    public var side: PolicyDifference.Side
    /// The number of the frame in the capture, counted from 1.
    public var frame: UInt64
    /// The packet in the syntax of `explain --packet`, as far as it shows its endpoints, its flags and its question.
    public var packet: String
    /// The owner in the syntax of `explain --owner`; nil when it is not known.
    public var owner: String?

    /// Creates an example.
    public init(side: PolicyDifference.Side, frame: UInt64, packet: String, owner: String?) {
      self.side = side
      self.frame = frame
      self.packet = packet
      self.owner = owner
    }
  }

  /// The most examples of one policy, event and side.
  public static let exampleLimit = 3

  /// The policies and events of which something was reported, in their order.
  public var entries: [Entry]

  /// Creates a difference.
  public init(entries: [Entry]) { self.entries = entries }

  private var differing: [Entry] { entries.filter { $0.gained + $0.lost > 0 } }

  /// A line for each policy and event that differs, each followed by its examples, or one line when none does.
  var text: String {
    guard !differing.isEmpty else {
      return "capture: no event differs, same \(entries.reduce(0) { $0 + $1.same })\n"
    }
    return differing.map { entry in
      "capture: policy '\(entry.policy)', \(entry.event): gained \(entry.gained), lost \(entry.lost), same \(entry.same)\n"
        + entry.examples.map { example in
          let owner = example.owner.map { " --owner \($0.shellQuoted)" } ?? ""
          return
            "    \(example.side.rawValue), frame \(example.frame): --packet \(example.packet.shellQuoted)\(owner)\n"
        }.joined()
    }.joined()
  }

  /// The rows of a table, without escapes: policy, event, gained, lost, same, and the first examples.
  var rows: [[String]] {
    differing.map { entry in
      [
        entry.policy, entry.event, String(entry.gained), String(entry.lost), String(entry.same),
        entry.examples.map { "\($0.side.rawValue): frame \($0.frame), `\($0.packet)`" }.joined(
          separator: "; "),
      ]
    }
  }

  var json: JSONValue {
    .list(
      entries.map { entry in
        [
          "policy": .text(entry.policy), "event": .text(entry.event),
          "gained": .number(Int(clamping: entry.gained)),
          "lost": .number(Int(clamping: entry.lost)), "same": .number(Int(clamping: entry.same)),
          "examples": .list(
            entry.examples.map { example in
              [
                "side": .text(example.side.rawValue),
                "frame": .number(Int(clamping: example.frame)), "packet": .text(example.packet),
                "owner": example.owner.map { .text($0) } ?? .null,
              ]
            }),
        ]
      })
  }
}
