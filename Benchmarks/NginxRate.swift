// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Prints how many requests a second nginx answers on loopback, of what it answers untraced, and what the tracer takes.
///
/// nginx has one worker, `wrk` asks it over 32 connections that stay, and both share the processors with the tracer. Each
/// round measures both, one after the other, the other way round in the next; medians are printed. Processor time is that of all
/// that runs: of two processors, part is idle when the scheduler has nginx and `wrk` on one.
func measureNginx() throws {
  let rounds = 7
  let folder = try Folder(megabytes: 64)
  var nginx: Program
  do {
    nginx = try Program(["nginx", "-p", folder.path, "-e", "stderr", "-c", try configure(folder)])
  } catch {
    return print("\nnginx: skipped, it is not installed")
  }
  defer { _ = try? nginx.end(SIGTERM) }
  let deadline = seconds() + 10
  while folder.read("pid").isEmpty {
    guard seconds() < deadline else { throw Refused("start nginx", ETIMEDOUT) }
    usleep(10_000)
  }
  _ = try load(folder)
  print(
    "\nnginx  % of untraced  in processor time  requests/s untraced  traced  "
      + "tracer's µs of processor a request")
  try compare("programs that return at once", rounds, folder) {
    let programs = try BarePrograms()
    let load = try load(folder)
    _ = consume programs
    return (load, 0)
  }
  for plan in try plans(folder) {
    try compare(plan.name, rounds, folder) {
      var tracer = try Program(
        [Program.tracer, "apply", "-o", "json:/dev/null"] + plan.files.flatMap { ["-p", $0] })
      try tracer.says("ready: ")
      let start = tracer.processorTime
      let load = try load(folder)
      let cost = (tracer.processorTime - start) / load.requests * 1e6
      guard try tracer.end().isWell else { throw Refused("trace: \(tracer.said)", ECHILD) }
      return (load, cost)
    }
  }
}

/// Prints what a load reaches with something that is there meanwhile, of what it reaches without.
///
/// - Parameter traced: measures with it; returns what it takes itself too, in µs a request.
private func compare(
  _ name: String, _ rounds: Int, _ folder: borrowing Folder,
  traced: () throws -> (load: Load, cost: Double)
) throws {
  var ratios: [Double] = []
  var ratiosOfTime: [Double] = []
  var free: [Double] = []
  var rates: [Double] = []
  var costs: [Double] = []
  for round in 0..<rounds {
    let before = round % 2 == 0 ? try load(folder) : nil
    let with = try traced()
    let without = if let before { before } else { try load(folder) }
    ratios.append(with.load.perSecond / without.perSecond)
    ratiosOfTime.append(without.busy / without.requests / (with.load.busy / with.load.requests))
    free.append(without.perSecond)
    rates.append(with.load.perSecond)
    costs.append(with.cost)
  }
  let percent = (median(ratios) * 1000).rounded() / 10
  let percentOfTime = (median(ratiosOfTime) * 1000).rounded() / 10
  let cost = (median(costs) * 100).rounded() / 100
  print(
    "  \(name)", "\(percent) %", "\(percentOfTime) %", Int(median(free)), Int(median(rates)), cost,
    separator: "\t")
}

private let port = 18_080

private func configure(_ folder: borrowing Folder) throws -> String {
  try folder.write(
    "nginx.conf",
    """
    daemon off; worker_processes 1; pid \(folder.path)/pid;
    events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 1000000000;
      client_body_temp_path \(folder.path)/body; proxy_temp_path \(folder.path)/proxy;
      fastcgi_temp_path \(folder.path)/1; uwsgi_temp_path \(folder.path)/2;
      scgi_temp_path \(folder.path)/3;
      server { listen 127.0.0.1:\(port); location / { return 200 "hello\\n"; } }
    }

    """)
}

private struct NginxPlan {
  let name: String
  let files: [String]
}

/// The policies that are shipped, which want nothing of it; and those that want each segment, and each head.
private func plans(_ folder: borrowing Folder) throws -> [NginxPlan] {
  func policy(_ name: String, _ events: String) throws -> [String] {
    [
      try folder.write(
        "\(name).yaml",
        """
        type: policy
        name: \(name)
        scope: [global]
        rules: [{event: "\(events)", filters: ["data.src=127.0.0.1", "data.dst=127.0.0.1"]}]

        """)
    ]
  }
  return [
    NginxPlan(name: "policies/, which want nothing", files: ["policies"]),
    NginxPlan(
      name: "every TCP segment as JSON", files: try policy("segments", "net_packet_tcp")),
    NginxPlan(
      name: "every HTTP head as JSON",
      files: try policy("heads", "net_packet_http_request,net_packet_http_response")),
  ]
}

/// What `wrk` reached.
private struct Load {
  var perSecond: Double
  var requests: Double
  /// The ticks in which a processor was not idle.
  var busy: Double
}

/// The ticks since the machine started in which a processor was not idle.
private func busyTicks() throws -> Double {
  guard let file = fopen("/proc/stat", "r") else { throw Refused("open /proc/stat") }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 512)
  guard fgets(&line, CInt(line.count), file) != nil else { throw Refused("read /proc/stat") }
  let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
  let ticks = text.split(separator: " ").dropFirst().compactMap { Double($0) }
  guard ticks.count >= 8 else { throw Refused("understand /proc/stat", EPROTO) }
  // user, nice, system, idle, iowait, irq, softirq
  return ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]
}

/// Asks for two seconds.
private func load(_ folder: borrowing Folder) throws -> Load {
  let before = try busyTicks()
  var wrk = try Program(
    ["wrk", "-t", "1", "-c", "32", "-d", "2s", "http://127.0.0.1:\(port)/"],
    output: "\(folder.path)/wrk")
  guard try wrk.end(0).isWell else { throw Refused("run wrk: \(wrk.said)", ECHILD) }
  let busy = try busyTicks() - before
  let lines = folder.read("wrk").split(separator: "\n").map {
    $0.split(whereSeparator: \.isWhitespace)
  }
  guard
    let rate = lines.first(where: { $0.first == "Requests/sec:" })?.last.flatMap({ Double($0) }),
    let requests = lines.first(where: { $0.dropFirst().first == "requests" })?.first
      .flatMap({ Double($0) })
  else { throw Refused("understand wrk", EPROTO) }
  return Load(perSecond: rate, requests: requests, busy: busy)
}
