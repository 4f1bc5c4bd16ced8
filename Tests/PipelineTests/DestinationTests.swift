// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

@testable import Pipeline

@Suite struct DestinationTests {
  @Test(arguments: [
    ("json", Destination(.json)), ("table", Destination(.table)), ("none", Destination(.none)),
    ("json:/tmp/a:b", Destination(.json, path: "/tmp/a:b")),
    ("table:x", Destination(.table, path: "x")),
    ("json:unix:/run/x", Destination(.json, .unix("/run/x"))),
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
    ("tcp:[::1]:80", Destination(.json, .tcp(Endpoint("::1", 80)))),
    ("pcap:tcp:host:80", Destination(.pcap, .tcp(Endpoint("host", 80)))),
    ("syslog", Destination(.json, .syslog(.local("/dev/log")))),
    ("table:syslog:", Destination(.table, .syslog(.local("/dev/log")))),
    ("syslog:udp:h:514", Destination(.json, .syslog(.udp(Endpoint("h", 514))))),
    ("syslog:tls:h:6514", Destination(.json, .syslog(.tls(Endpoint("h", 6514))))),
    ("forward:tls:h:24224", Destination(.json, .forward(Endpoint("h", 24224), isSecure: true))),
    ("syslog:unix:/run/log", Destination(.json, .syslog(.local("/run/log")))),
    ("journald", Destination(.json, .journald(nil))),
    ("json:journald:web", Destination(.json, .journald("web"))),
    ("forward:h:24224", Destination(.json, .forward(Endpoint("h", 24224)))),
    ("json:./tcp:x", Destination(.json, path: "./tcp:x")),
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
    ("tcp", "`tcp` is no format: there are json, table, pcap, none"),
    ("tcp:h", "`tcp:` takes HOST:PORT or [IPV6]:PORT, not `h`"),
    ("pcap:journald", "pcap cannot go to journald: it takes json, table"),
    ("journald:../x", "`journald:` takes the name of a journal namespace, not `../x`"),
    (
      "syslog:h:514",
      "`syslog:` takes udp:HOST:PORT, tcp:HOST:PORT, tls:HOST:PORT or unix:PATH, not `h:514`"
    ),
    (
      "syslog:tcp:h:514,ca=x",
      "only https, forward:tls and syslog:tls have `ca`, not syslog:tcp:h:514"
    ),
    (
      "http://h/,certificate=x",
      "only https, forward:tls and syslog:tls have `certificate`, not http://h/"
    ),
    ("forward:tls:h", "`forward:` takes HOST:PORT or [IPV6]:PORT, not `h`"),
    ("syslog,limit=1", "`limit` is a number of bytes from 480 to 65507, not `1`"),
    ("json,limit=500", "only syslog has `limit`, not json"),
    ("forward:h:1,tag=a b", "`tag` has at most 255 characters of ASCII, and no blanks: `a b`"),
    ("json,tag=a", "only forward has `tag`, not json"),
    ("json:unix:", "a path is missing after `unix:`"),
    (":x", "`` is no format: there are json, table, pcap, none"),
    ("json,on-full=wait", "`on-full` is block or drop, not `wait`"),
    ("json:x,polices=a", "an output has no option `polices`: did you mean `policies`?"),
    ("json:x,zzz=a", "an output has no option `zzz`; write `\\,` for a comma of the path"),
    ("json,on-full=drp", "`on-full` is block or drop, not `drp`: did you mean `drop`?"),
    ("json,add=tme", "nothing named `tme` can be added: did you mean `time`?"),
    (
      "json,add=zzzzzz",
      "nothing named `zzzzzz` can be added: there are time, @timestamp, host, host-id, "
        + "cgroup, labels, annotations, digest"
    ),
    ("json,shape=esc", "`shape` is tracee or ecs, not `esc`"),
    ("table,shape=ecs", "only json has `shape`, not table"),
    (
      "json,add=host,shape=ecs",
      "events with `shape=ecs` have the time and the machine anyway: leave out `host` of `add`"
    ),
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
    "udp:x:1", "HTTP://x", "mqtt:topic", "any+thing://x", "unix://x", "tls:x:1",
  ])
  func `what looks like a network address is refused, with what there is`(path: String) {
    let error = #expect(throws: Destination.ParsingError.self) {
      try Destination(parsing: "json:" + path)
    }
    let text = error?.description ?? ""
    #expect(
      text.hasPrefix(
        "`\(path)` is not a destination: there are files, FIFOs, `unix:PATH` and `forward:`, "))
    #expect(text.hasSuffix(" or write `./\(path)` for a file of that name"))
  }

  @Test func `an output adds what it is asked to`() throws {
    #expect(try Destination(parsing: "json:x,add=time,host").additions == [.time, .host])
    #expect(try Destination(parsing: "json").additions == [])
    #expect(try Destination(parsing: "json").shape == .tracee)
    let ecs = try Destination(parsing: "kafka:h:9092/t,shape=ecs,add=labels,digest")
    #expect(ecs.shape == .ecs && ecs.additions == [.labels, .digest])
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
    #expect(collide(Destination(.json, path: "x"), Destination(.json, path: "./x")))
    #expect(collide(Destination(.json, path: "/tmp/x"), Destination(.json, path: "/usr/../tmp/x")))
    #expect(!collide(Destination(.json), Destination(.json, path: "x")))
    #expect(!collide(Destination(.json), Destination(.none)))
    #expect(!collide(Destination(.json, .unix("x")), Destination(.json, .unix("x"))))
  }

  private static func with(
    _ format: OutputFormat, _ path: String?, _ onFull: Destination.OnFull,
    _ route: Route = Route()
  ) -> Destination {
    var destination = Destination(format, path.map(OutputPlace.file) ?? .standardOutput)
    destination.onFull = onFull
    destination.route = route
    return destination
  }
}
