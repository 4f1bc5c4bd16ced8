// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema of the totals that `--stats-file` writes.
///
/// Source: `docs/operations.md`.
public enum StatsSchema {
  /// The schema of the file, as an object of JSON Schema 2020-12.
  public static var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("$schema", JSONSchema.draft),
      .init("title", "The packet and event totals of tracee-policy"),
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
      ("submitted", "records read: the sum of the numbers that follow, except `further`"),
      ("emitted", "events passed to the outputs"),
      ("fed", "events passed only to signatures"),
      ("rejected", "rejected by a clause that user space decides, or not of this event"),
      ("undecodable", "truncated or malformed where the event needs it"),
    ])
    + [
      (
        "undecodableBy",
        JSONSchema.described(
          "the undecodable ones by cause; causes with 0 are left out",
          JSONSchema.object(counts(DecodingFault.allCases.map(\.words)), required: []))
      )
    ]
    + counts([
      ("afterLimit", "after the last event that --count allows"),
      ("incomplete", "segments that complete no DNS or HTTP message"),
      ("further", "messages after the first of the same packet; not in the sum"),
    ])

  private static let loss = JSONSchema.object([
    ("policies", JSONSchema.list(JSONSchema.text)), ("event", JSONSchema.text), ("count", number),
  ])

  private static let keys: [(name: String, schema: JSONValue)] = [
    (
      "packets",
      JSONSchema.object(
        counts([
          ("seen", "packets that the BPF program saw: unwanted + wanted"),
          ("unwanted", "packets that no rule matches"),
          ("malformed", "of the unwanted: not IP, or truncated within the IP header"),
          ("wanted", "packets that a rule matches: submitted + ringFull"),
          ("submitted", "packets whose record was put into the ring"),
          ("ringFull", "wanted packets for which the ring was full"),
          (
            "fragments",
            "packets that are fragments after the first: they give IP events only"
          ),
          ("buried", "IPv6 packets with more or longer extension headers than are followed"),
          ("cutOff", "packets with an incomplete TCP, UDP or ICMP header"),
        ]))
    ),
    (
      "records",
      JSONSchema.object(
        counts([
          ("read", "records read from the ring"), ("waiting", "records still in the ring"),
          ("malformed", "records that are inconsistent, or of an unknown plan"),
        ]))
    ),
    (
      "processes",
      JSONSchema.object(
        counts([
          ("ringFull", "process changes for which the ring was full"),
          (
            "noRoom", "processes whose ancestry or state was not kept because a table was full"
          ),
          (
            "manyAncestors",
            "processes with more than 64 ancestors: only the 32 nearest and the 32 farthest are known"
          ),
        ]))
    ),
    (
      "cgroups",
      JSONSchema.object(
        counts([
          ("unknown", "cgroups without path and container because the table was full")
        ]))
    ),
    (
      "failures",
      JSONSchema.object(
        counts([
          ("sockets", "times that the kernel could not store the owner of a socket"),
          ("streams", "times that the kernel could not store the state of a socket's streams"),
          ("processes", "times that the kernel could not store the executable of a process"),
          ("owners", "packets without an owner because it changed while it was read"),
        ]))
    ),
    ("emitted", JSONSchema.described("events passed to the outputs", number)),
    (
      "rules",
      JSONSchema.list(
        JSONSchema.object(
          [
            ("policy", JSONSchema.text), ("event", event),
            (
              "number",
              JSONSchema.described(
                "the number of the policy's rules for this event before this one", number)
            ),
          ]
            + counts([
              ("wanted", "packets that the rule matches: submitted + ringFull"),
              ("ringFull", "packets for which the ring was full"),
            ]) + becoming))
    ),
    (
      "policies",
      JSONSchema.list(
        JSONSchema.object(
          [("policy", JSONSchema.text), ("event", event)]
            + counts([
              (
                "emitted",
                "events that the policy wanted: one that several of its rules wanted counts once"
              )
            ])))
    ),
    ("events", JSONSchema.list(JSONSchema.object([("event", event)] + becoming))),
    (
      "messages",
      JSONSchema.object(
        counts([
          ("assembled", "DNS or HTTP messages assembled from several TCP segments"),
          ("gaps", "times that missing bytes were skipped"),
          (
            "unfinished",
            "messages incomplete when their connection ended or bytes were skipped"
          ),
          ("idle", "messages incomplete after 5 seconds without data"),
          ("crowdedOut", "incomplete messages dropped to make room for others"),
          ("tooLong", "HTTP heads of 64 KiB or more"),
          (
            "guessed",
            "HTTP heads found at the beginning of a segment, where the position in the stream was not known"
          ),
          (
            "unpaired",
            "HTTP responses whose request was not seen: whether a body follows was taken from the head"
          ),
          (
            "unframed",
            "HTTP bodies whose end is not known, because a head or a chunk contradicts itself"
          ),
          ("waiting", "directions of connections that are waiting for missing bytes now"),
        ]))
    ),
    (
      "outputs",
      JSONSchema.list(
        JSONSchema.object(
          [
            (
              "output",
              JSONSchema.described("the output as given on the command line", JSONSchema.text)
            )
          ]
            + counts([
              ("accepted", "events for this output: written + waiting + lost"),
              (
                "written",
                "events that the server confirmed, or, without confirmations, that the kernel accepted"
              ),
              ("waiting", "events waiting to be written"),
              ("lost", "dropped + unwritten"),
              ("dropped", "events dropped because the queue was full"),
              (
                "unwritten", "events still waiting when the output failed or stopped accepting data"
              ),
              ("retries", "times that a connection or a message was retried"),
              (
                "truncated",
                "of those written, events sent without their arguments: they were too long"
              ),
            ]) + [("losses", JSONSchema.list(loss))]))
    ),
    (
      "signatures",
      JSONSchema.object(
        counts([
          ("findings", "findings among the events that were emitted"),
          ("late", "events that came too late to be put in order"),
          ("unseen", "events that signatures did not see, because there was no room to keep them"),
        ]) + [
          (
            "accounts",
            JSONSchema.list(
              JSONSchema.object(
                [("policy", JSONSchema.text), ("signature", JSONSchema.text)]
                  + counts([
                    ("findings", "what it found, shown or not"),
                    ("suppressed", "held back because the key had a finding not long ago"),
                    ("rejected", "refused by a filter of the policy"),
                    ("withoutKey", "events without one of the values of the key"),
                    ("forgotten", "keys and values that had to go while they were of use"),
                    ("keys", "keys that are remembered"),
                  ])))
          ),
          (
            "programs",
            JSONSchema.list(
              JSONSchema.object(
                [("program", JSONSchema.text)]
                  + counts([
                    ("given", "events that it was given"),
                    ("lost", "events that it did not get: it read too slowly, or was not running"),
                    ("findings", "what it found, shown or not"),
                    ("refused", "lines that are no findings, or of events that it was not given"),
                    ("starts", "how often it was started"),
                  ])))
          ),
        ])
    ),
  ]
}
