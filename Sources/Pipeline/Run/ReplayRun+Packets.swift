// SPDX-License-Identifier: Apache-2.0

/// From frames to records.
extension ReplayRun {
  /// What the frame says of a packet, whatever the packet says.
  private struct Origin {
    let time: UInt64
    let direction: PacketDirection
    /// Whether the frame tells the direction.
    let isDirected: Bool
    let interface: UInt32
  }

  /// The most numbers of link types that are counted each by itself.
  private static let linkLimit = 32

  /// Gives the frame that was read to the emitter, when a rule wants its packet.
  mutating func replay() {
    let frame = reader.frame
    counts.frames += 1
    guard let link = frame.link else {
      counts.unknownLink += 1
      return
    }
    if case .unread(let number) = link {
      counts.unknownLink += 1
      if counts.unreadLinks.count < Self.linkLimit || counts.unreadLinks[number] != nil {
        counts.unreadLinks[number, default: 0] += 1
      }
      return
    }
    let input = reader.input
    let bytes = input.bytes.extracting(frame.place)
    guard let view = LinkView(bytes, link) else {
      counts.notIP += 1
      return
    }
    let direction = frame.direction ?? view.direction
    let origin = Origin(
      time: frame.time, direction: direction ?? .ingress, isDirected: direction != nil,
      interface: view.interface == 0 ? frame.interface : view.interface)
    let packet = bytes.extracting(droppingFirst: view.offset)
    let isPacket = replay(packet, room: frame.length - view.offset, origin, .all)
    if isPacket, direction == nil { counts.undirected += 1 }
  }

  /// Gives a packet to the emitter, and those that it completes or carries.
  ///
  /// - Parameters:
  ///   - captured: what was captured from its first byte on.
  ///   - room: how much there was, captured or not.
  ///   - depth: how many packets it is in.
  /// - Returns: whether it is a packet.
  @discardableResult
  private mutating func replay(
    _ captured: RawSpan, room: Int, _ origin: Origin, _ part: TableClassifier.Part, depth: Int = 0
  ) -> Bool {
    let length = LinkView.length(of: captured, room: room)
    let packet = captured.extracting(first: length)
    guard let headers = PacketHeaders(packet), !LinkView.contradictsItself(packet) else {
      counts.malformed += 1
      return false
    }
    guard part == .all, classifier.asksContent || decapsulates,
      var fragment = PacketFragment(packet, headers)
    else {
      give(packet, headers, length: length, origin, part)
      guard decapsulates, depth < Tunnel.depthLimit,
        let offset = Tunnel.packet(in: packet, headers)
      else { return true }
      counts.inner += 1
      replay(
        packet.extracting(droppingFirst: offset), room: length - offset, origin, .all,
        depth: depth + 1)
      return true
    }
    give(packet, headers, length: length, origin, .headers)
    fragment.key.place = UInt64(origin.interface) << 1 | UInt64(origin.direction.rawValue)
    let isWhole = packet.byteCount == length
    if let whole = fragments.add(fragment, of: packet, isWhole: isWhole, time: origin.time) {
      counts.assembled += 1
      replay(whole.bytes, room: whole.count, origin, .messages, depth: depth)
    }
    return true
  }

  /// Gives a packet to the emitter, when a rule wants it.
  private mutating func give(
    _ packet: RawSpan, _ headers: PacketHeaders, length: Int, _ origin: Origin,
    _ part: TableClassifier.Part
  ) {
    if part != .messages, let hidden = headers.hiddenTransport(in: packet) {
      hidings.count(hidden)
    }
    let isToldOf = reader.frame.comment != nil || !owners.isEmpty
    let owner = isToldOf ? owner(of: headers) : nil
    let row = classifier.row(of: headers, packet, origin.direction, part, scope: owner?.scope)
    if let observer {
      fill(packet, headers, row ?? Row(), owner, length: length, origin)
      observer(
        ReplayedPacket(
          record, headers, owner?.expression, bytes: part == .messages ? nil : packet.copy))
    }
    guard row != nil || reads(headers, packet, origin, part, scope: owner?.scope) else {
      counts.unwanted += 1
      return
    }
    fill(packet, headers, row ?? Row(), owner, length: length, origin)
    let record = record
    if row == nil {
      counts.unwanted += 1
      emitter.follow(record.bytes)
    } else {
      counts.wanted += 1
      emitter.consume(record.bytes)
    }
  }

  /// Describes a packet and its owner in the record.
  @inline(__always)
  private mutating func fill(
    _ packet: RawSpan, _ headers: PacketHeaders, _ row: Row, _ owner: ReplayScopes.Known?,
    length: Int, _ origin: Origin
  ) {
    if owner != nil || isOwned {
      record.fill(owner?.owner, number: owner?.number ?? 0)
      isOwned = owner != nil
    }
    record.fill(
      packet, headers, row: row, time: origin.time, length: length, direction: origin.direction,
      interface: origin.interface)
  }

  /// Whether a packet that no rule wants is read for the other direction of its connection.
  private func reads(
    _ headers: PacketHeaders, _ packet: RawSpan, _ origin: Origin, _ part: TableClassifier.Part,
    scope: Row?
  ) -> Bool {
    part != .headers
      && classifier.readsOther(
        than: headers, packet, origin.isDirected ? origin.direction.other : .ingress, scope: scope)
  }
}
