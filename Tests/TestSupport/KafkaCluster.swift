// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The mock cluster of librdkafka in a process of its own, which has three brokers.
public struct KafkaCluster: Sendable {
  private static let python = "/usr/bin/python3"

  /// Whether there is librdkafka, and a consumer.
  public static var canBeHad: Bool {
    access(python, X_OK) == 0 && Machine.has("kcat")
      && (access("/usr/lib/x86_64-linux-gnu/librdkafka.so.1", R_OK) == 0
        || access("/usr/lib/aarch64-linux-gnu/librdkafka.so.1", R_OK) == 0)
  }

  /// The brokers as a list with commas.
  public let brokers: String
  private let process: ChildProcess

  /// Starts a cluster.
  public init(_ stage: Stage) async throws {
    process = try stage.start([Self.python, "-u", "-c", Self.program], input: .open)
    brokers = try await process.line(startingWith: "brokers ")
  }

  /// Has the cluster do something: `down` and `up` with all brokers, `fail N` with the next N requests to produce.
  public func order(_ order: String) async throws {
    let count = process.outputLines().count
    try process.write(order + "\n")
    try await eventually("what was ordered: \(order)", instead: { process.errorText }) {
      process.outputLines().count > count
    }
  }

  /// The messages of a topic with their keys, once there are so many.
  public func messages(_ count: Int, of topic: String) async throws -> [(key: String, text: String)]
  {
    var lines: [Substring] = []
    try await eventually("\(count) messages", within: .seconds(30)) {
      let outcome = try await outcome(of: [
        "kcat", "-C", "-b", brokers, "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%k\\t%s\\n",
      ])
      lines = outcome.output.split(separator: "\n")
      return lines.count >= count
    }
    return lines.map { line in
      let halves = line.split(separator: "\t", maxSplits: 1)
      return (String(halves[0]), String(halves[1]))
    }
  }

  private static let program = """
    import ctypes, sys
    library = ctypes.CDLL("librdkafka.so.1")
    for name in ("conf_new", "new", "mock_cluster_new"):
        getattr(library, "rd_kafka_" + name).restype = ctypes.c_void_p
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    reason = ctypes.create_string_buffer(512)
    client = library.rd_kafka_new(0, ctypes.c_void_p(library.rd_kafka_conf_new()), reason, 512)
    assert client, reason.value
    cluster = ctypes.c_void_p(library.rd_kafka_mock_cluster_new(ctypes.c_void_p(client), 3))
    print("brokers", library.rd_kafka_mock_cluster_bootstraps(cluster).decode())
    for line in sys.stdin:
        order, *numbers = line.split()
        if order == "fail":
            for _ in range(int(numbers[0])):
                library.rd_kafka_mock_push_request_errors(cluster, 0, 1, 7)
        else:
            for broker in (1, 2, 3):
                getattr(library, "rd_kafka_mock_broker_set_" + order)(cluster, broker)
        print("done")
    """
}
