/// The JSON Schema of the ledger that `--stats-file` writes.
///
/// Source: `docs/operations.md`.
public enum StatsSchema {
  /// The schema.
  public static var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("$schema", JSONSchema.draft),
      .init("title", "The ledger of tracee-policy"),
    ]
    if case .object(let object) = JSONSchema.object(keys) { members += object }
    return .object(members)
  }

  private static let number = JSONSchema.number(upTo: .max)
  private static let event = JSONSchema.words(EventKind.allCases.map(\.name))

  private static func counts(
    _ numbers: [(name: String, meaning: String)]
  ) -> [(name: String, schema: JSONValue)] {
    numbers.map { ($0.name, JSONSchema.described($0.meaning, number)) }
  }

  private static let becoming =
    counts([
      ("submitted", "records read: the sum of the numbers that follow, but for `further`"),
      ("emitted", "events given to the outputs"),
      ("rejected", "refused by a clause that user space decides, or of another sort"),
      ("undecodable", "what the event shows is cut off or malformed"),
    ])
    + [
      (
        "undecodableBy",
        JSONSchema.described(
          "the undecodable ones by what is wrong with them; what is 0 is left out",
          JSONSchema.object(counts(DecodingFault.allCases.map(\.words)), required: []))
      )
    ]
    + counts([
      ("afterLimit", "come after the last event that --count asked for"),
      ("incomplete", "segments that complete no message of DNS or HTTP"),
      ("further", "messages of packets that had given one before; taken off the sum"),
    ])

  private static let loss = JSONSchema.object([
    ("policies", JSONSchema.list(JSONSchema.text)), ("event", event), ("count", number),
  ])

  private static let keys: [(name: String, schema: JSONValue)] = [
    (
      "packets",
      JSONSchema.object(
        counts([
          ("seen", "packets that a program saw: unwanted + wanted"),
          ("unwanted", "no rule wants them"),
          ("malformed", "of the unwanted: not IP, or cut off before the end of the IP header"),
          ("wanted", "a rule wants them: submitted + ringFull"),
          ("submitted", "a record of them is in the ring"),
          ("ringFull", "wanted, but the ring had no room"),
          (
            "fragments",
            "of those looked at, fragments after the first: they give events of IP alone"
          ),
          ("buried", "the same, IPv6 with more or longer extension headers than are followed"),
          ("cutOff", "the same, a header of TCP, UDP or ICMP is not all there"),
        ]))
    ),
    (
      "records",
      JSONSchema.object(
        counts([
          ("read", "records read from the ring"), ("waiting", "records that are in the ring"),
          ("malformed", "records that contradict themselves, or whose plan is not there"),
        ]))
    ),
    (
      "processes",
      JSONSchema.object(
        counts([
          ("ringFull", "changes of processes for which the ring had no room"),
          (
            "noRoom", "processes for whose ancestors, or for what became of them, there was no room"
          ),
          (
            "manyAncestors",
            "processes with more than 64 ancestors: the 32 nearest and the 32 farthest are known"
          ),
        ]))
    ),
    (
      "cgroups",
      JSONSchema.object(
        counts([
          ("unknown", "cgroups without room in the table: neither path nor container is known")
        ]))
    ),
    (
      "failures",
      JSONSchema.object(
        counts([
          ("sockets", "times that the kernel had no room with a socket for its owner"),
          ("streams", "times that it had no room with a socket for what its streams carried"),
          ("processes", "times that there was no room for what a process executes"),
          ("owners", "packets that are nobody's because their owner changed while it was read"),
        ]))
    ),
    ("emitted", JSONSchema.described("events given to the outputs", number)),
    (
      "rules",
      JSONSchema.list(
        JSONSchema.object(
          [
            ("policy", JSONSchema.text), ("event", event),
            (
              "number",
              JSONSchema.described("the policy's rules for this event that stand before it", number)
            ),
          ]
            + counts([
              ("wanted", "packets: submitted + ringFull"),
              ("ringFull", "packets for which the ring had no room"),
            ]) + becoming))
    ),
    ("events", JSONSchema.list(JSONSchema.object([("event", event)] + becoming))),
    (
      "messages",
      JSONSchema.object(
        counts([
          ("assembled", "times that segments of TCP together gave a message of DNS or HTTP"),
          ("gaps", "times that missing bytes were given up, and what follows was looked at"),
          (
            "unfinished",
            "begun, or waiting for what is missing, when their connection ended or bytes were given up"
          ),
          ("idle", "begun, or waiting for what is missing, and nothing came for 5 seconds"),
          ("crowdedOut", "begun, or waiting for what is missing, and had to make room for others"),
          ("tooLong", "heads of HTTP of 64 KiB or more"),
          (
            "guessed",
            "heads found where a segment begins, when it was not known what comes there"
          ),
          (
            "unpaired",
            "responses whose request was not seen, so that whether a body follows was taken from the head"
          ),
          (
            "unframed",
            "bodies of HTTP whose end is not known: a head or a chunk contradicts itself"
          ),
          ("waiting", "directions of connections whose bytes wait for others now"),
        ]))
    ),
    (
      "outputs",
      JSONSchema.list(
        JSONSchema.object(
          [("output", JSONSchema.described("as the command line names it", JSONSchema.text))]
            + counts([
              ("accepted", "events that it should write: written + waiting + lost"),
              ("written", "events that the kernel has taken"),
              ("waiting", "events that wait to be written"),
              ("lost", "dropped + unwritten"),
              ("dropped", "events for which there was no room, by on-full=drop"),
              ("unwritten", "events that waited in vain when the output failed or took no more"),
            ]) + [("losses", JSONSchema.list(loss))]))
    ),
  ]
}
