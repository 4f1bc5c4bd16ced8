// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

@testable import Pipeline

@Suite struct DestinationTests {
  @Test(arguments: [
    ("json", Destination(.json)), ("table", Destination(.table)), ("none", Destination(.none)),
    ("json:/tmp/a:b", Destination(.json, path: "/tmp/a:b")),
    ("table:x", Destination(.table, path: "x")),
    ("json:unix:/run/x", Destination(.json, path: "unix:/run/x")),
    ("json:a,b", Destination(.json, path: "a,b")), ("json:-", Destination(.json)),
    ("table:-,on-full=drop", with(.table, nil, .drop)),
    ("json:./-", Destination(.json, path: "./-")),
    ("json:./tcp:a", Destination(.json, path: "./tcp:a")),
    ("json:C:x", Destination(.json, path: "C:x")),
    (#"json:a\,policies=x"#, Destination(.json, path: "a,policies=x")),
    (#"json:a\b\\"#, Destination(.json, path: #"a\b\\"#)),
    ("json:x,on-full=drop", with(.json, "x", .drop)),
    ("json,on-full=block", with(.json, nil, .block)),
    (
      "json:x,policies=a,b,events=net_packet_tcp,net_packet_dns*",
      with(
        .json, "x", .block,
        Route(
          policies: ["a", "b"],
          events: Set([EventKind.tcp, .dns, .dnsRequest, .dnsResponse].map(\.id))))
    ),
    ("none,policies=a", with(.none, nil, .block, Route(policies: ["a"]))),
  ])
  func `an argument is a form, perhaps a path, and options`(
    argument: String, expected: Destination
  ) throws {
    #expect(try Destination(parsing: argument) == expected)
  }

  @Test(arguments: [
    ("", "`` is no format: there are json, table, pcap, none"),
    ("JSON", "`JSON` is no format: did you mean `json`?"),
    ("json:", "a path is missing after `json:`"),
    ("json:unix:", "a path is missing after `json:unix:`"),
    (":x", "`` is no format: there are json, table, pcap, none"),
    ("json,on-full=wait", "`on-full` is block or drop, not `wait`"),
    ("json:x,polices=a", "an output has no option `polices`: did you mean `policies`?"),
    ("json:x,zzz=a", "an output has no option `zzz`; write `\\,` for a comma of the path"),
    ("json,on-full=drp", "`on-full` is block or drop, not `drp`: did you mean `drop`?"),
    ("json,add=tme", "nothing named `tme` can be added: did you mean `time`?"),
    ("json,add=zzzzzz", "nothing named `zzzzzz` can be added: there are time, host"),
    ("table,add=time", "only json has `add`, not table"),
    ("json,policies=", "a value is missing in `policies=`"),
    ("json,policies=a,,b", "a value is missing in `policies=a,,b`"),
    (
      "json,events=net_packet_tpc",
      "`net_packet_tpc` is not an event or a set: did you mean `net_packet_tcp`?"
    ),
  ])
  func `what is wrong is said`(argument: String, expected: String) {
    let error = #expect(throws: Destination.ParsingError.self) {
      try Destination(parsing: argument)
    }
    #expect(error?.description == expected)
  }

  @Test(arguments: [
    "tcp:127.0.0.1:5140", "udp:x:1", "https://x/y", "HTTP://x", "kafka:topic", "any+thing://x",
    "unix://x", "syslog:",
  ])
  func `what looks like a network address is refused, with what there is`(path: String) {
    let error = #expect(throws: Destination.ParsingError.self) {
      try Destination(parsing: "json:" + path)
    }
    let text = error?.description ?? ""
    #expect(
      text.hasPrefix("`\(path)` is not a destination: there are files, FIFOs and `unix:PATH`;"))
    #expect(text.hasSuffix(" or write `./\(path)` for a file of that name"))
  }

  @Test func `an output adds what it is asked to`() throws {
    #expect(try Destination(parsing: "json:x,add=time,host").additions == [.time, .host])
    #expect(try Destination(parsing: "json").additions == [])
  }

  @Test func `a route names policies that are there`() throws {
    let plan = TracePlan(policies: ["web", "dns"], rules: [])
    #expect(try Destination(parsing: "json,policies=web").fault(in: plan) == nil)
    #expect(
      try Destination(parsing: "json:x,policies=web,dsn").fault(in: plan)
        == "`--output json:x`: there is no policy `dsn`: did you mean `dns`?")
    #expect(
      try Destination(parsing: "json,policies=zzzzzz").fault(in: plan)
        == "`--output json`: there is no policy `zzzzzz`: there are web, dns")
    #expect(
      try Destination(parsing: "json,policies=a").fault(in: TracePlan(policies: [""], rules: []))
        == "`--output json`: there is no policy `a`: --events and --scope make none; name policy files"
    )
  }

  @Test func `two that would write into each other's lines collide`() {
    func collide(_ one: Destination, _ other: Destination) -> Bool {
      one.collides(with: other) && other.collides(with: one)
    }
    #expect(collide(Destination(.json), Destination(.table)))
    #expect(collide(Destination(.json, path: "x"), Destination(.pcap, path: "x")))
    #expect(!collide(Destination(.json), Destination(.json, path: "x")))
    #expect(!collide(Destination(.json), Destination(.none)))
    #expect(!collide(Destination(.json, path: "unix:x"), Destination(.json, path: "unix:x")))
  }

  private static func with(
    _ format: OutputFormat, _ path: String?, _ onFull: Destination.OnFull,
    _ route: Route = Route()
  ) -> Destination {
    var destination = Destination(format, path: path)
    destination.onFull = onFull
    destination.route = route
    return destination
  }
}
