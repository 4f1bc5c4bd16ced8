import ArgumentParser
import Pipeline
import Policy

/// Says what each rule of policies becomes, or which rules a packet meets; needs no privilege and no kernel.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what each rule becomes, or which rules want a packet.",
    discussion: """
      Every rule has a bit; every filter is decided by the kernel's tables or in user space. With \
      --packet it says which rules want the packet, and what the others have against it.
      """)

  /// How it is shown.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @OptionGroup var selection: SelectionOptions

  @Option(help: "How it is shown.")
  var format = Format.text

  @Option(
    help: ArgumentHelp(
      "Say which rules want this packet: 'egress tcp 10.0.0.5:40000 > 1.1.1.1:443 SYN'.",
      discussion: "Behind it flags of TCP and fields with a value, such as data.proto_ipv4.TTL=1."),
    transform: { try PacketExpression($0) })
  var packet: PacketExpression?

  @Option(
    help: ArgumentHelp(
      "Who owns the packet: 'comm=curl uid=1000'. Without it nobody does.",
      discussion: "Keys of scopes; what is not told may be anything."),
    transform: { try OwnerExpression($0) })
  var owner: OwnerExpression?

  func validate() throws {
    if owner != nil, packet == nil { throw ValidationError("--owner belongs to a --packet") }
  }

  func run() throws {
    let checked = try selection.accepted()
    guard var explained = ExplainedPlan(checked), let plan = checked.plan else {
      throw ExitCode.findings
    }
    if let packet {
      let match = ExplainedMatch(explained, packet: packet, owner: owner)
      try StandardOutput.write(format == .text ? match.text : match.json.rendered() + "\n")
      return
    }
    explained.add(KernelTables(plan, generation: 1))
    try StandardOutput.write(
      format == .text ? explained.text : explained.json.rendered() + "\n")
  }
}
