import Policy

extension PacketHeaders {
  /// The packet of a record as a policy sees it: slow, for what the kernel does not decide.
  ///
  /// - Parameters:
  ///   - content: what is looked for in what the packet says.
  ///   - interfaces: tells the name of the packet's interface.
  func subject(
    of record: borrowing RecordReader, content: ContentProtocol?, _ interfaces: InterfaceNames
  ) -> Packet {
    var packet = subject(direction: record.direction, bytes: record.packet)
    packet.fields[.processor] = [.number(UInt64(record.processor))]
    if let number = UInt32(exactly: record.systemCall) {
      let calls: SystemCallNames = record.owner.isCompat ? .compat : .native
      packet.fields[.systemCall] = [.text(calls.name(of: number) ?? String(number))]
    }
    guard let content else { return packet }
    var fields = FieldValues()
    switch content {
    case .dns:
      if verdict(on: .dns, record) == .given, let bytes = dnsBytes(of: record),
        let message = DNSMessage(bytes)
      {
        fields.add(message)
        packet.events.formUnion([.dns, message.isResponse ? .dnsResponse : .dnsRequest])
      }
    case .http:
      if verdict(on: .http, record) == .given, let bytes = headBytes(of: record),
        let head = HTTPHead(bytes)
      {
        fields.add(head)
        packet.events.formUnion([.http, head.isRequest ? .httpRequest : .httpResponse])
      }
    }
    fields.add(summaryOf: record, self, interfaces)
    packet.fields.merge(fields.values) { own, _ in own }
    return packet
  }

  /// The packet as a policy sees it: slow, for what the kernel does not decide.
  ///
  /// - Parameter bytes: those that the headers were read from.
  func subject(direction: PacketDirection, bytes: RawSpan) -> Packet {
    var fields = headerFields(in: bytes)
    fields[.source] = [.address(source)]
    fields[.destination] = [.address(destination)]
    fields[.direction] = [.number(UInt64(direction.rawValue))]
    fields[.returnValue] = [.signed(0)]
    if let ports {
      fields[.sourcePort] = [.number(UInt64(ports.source))]
      fields[.destinationPort] = [.number(UInt64(ports.destination))]
    }
    return Packet(events: shape.events, fields: fields)
  }
}

extension OwnerReader {
  /// The owner as a policy sees it, nil when nobody is known: slow, for what the kernel does not decide.
  ///
  /// - Parameter complete: adds what records do not carry: the cgroup's path, the container's name, and so on.
  func subject(complete: (inout Owner) -> Void) -> Owner? {
    guard id != 0 else { return nil }
    var owner = Owner()
    owner.userID = userID
    owner.processID = processID
    owner.threadID = threadID
    owner.parentProcessID = parentProcessID
    owner.namespacedProcessID = namespacedProcessID
    owner.namespacedThreadID = namespacedThreadID
    owner.namespacedParentProcessID = namespacedParentProcessID
    owner.mountNamespace = mountNamespace
    owner.pidNamespace = pidNamespace
    owner.netNamespace = netNamespace
    owner.cgroupID = cgroupID
    owner.comm = comm.repairedText
    owner.hostName = nodeName.repairedText
    owner.executable = executable.repairedText
    owner.containerID = containerID.repairedText
    owner.isNew = isNew
    owner.hasContainerStarted = containerStarted
    owner.isContainerNew = isContainerNew
    complete(&owner)
    return owner
  }
}

extension RawSpan {
  /// The bytes as text, with U+FFFD for what is not UTF-8.
  var repairedText: String {
    unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }
}

extension FieldValues {
  /// Adds what an event that shows what the packet says also tells of the packet.
  fileprivate mutating func add(
    summaryOf record: borrowing RecordReader, _ headers: PacketHeaders,
    _ interfaces: InterfaceNames
  ) {
    add("metadata.src_ip", .address(headers.source))
    add("metadata.dst_ip", .address(headers.destination))
    if let ports = headers.ports {
      add("metadata.src_port", ports.source)
      add("metadata.dst_port", ports.destination)
    }
    add("metadata.protocol", headers.shape.transport == .tcp ? 6 as UInt8 : 17)
    add("metadata.packet_len", record.length)
    let name = interfaces.name(
      of: record.interface, namespace: record.owner.netNamespace, at: record.time)
    add("metadata.iface", String(decoding: name, as: UTF8.self))
  }
}
