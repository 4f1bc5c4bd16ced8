// SPDX-License-Identifier: Apache-2.0

import CBPF

/// Tells the kernel side where directions of HTTP are that it has lost, so that it need not record all of them any more.
struct LostPositions {
  private let map: Int32
  /// Owns the map.
  private let owner: OwnerPrograms

  /// Takes the descriptor of `tp_positions`.
  init(map: Int32, of owner: OwnerPrograms) {
    self.map = map
    self.owner = owner
  }

  /// Tells where one direction is; where there is no room, all of it is recorded further.
  func put(_ position: StreamPosition) {
    var key = position.connection
    var value = tp_position(
      connection: key, sequence: position.sequence, left: position.state.left,
      heads: position.questions.heads, connects: position.questions.connects,
      asked: position.questions.asked, answered: position.answers,
      state: UInt16(position.state.number.rawValue),
      is_complete: position.questions.isComplete ? 1 : 0, connection_again: key)
    _ = unsafe bpf_map_update_elem(map, &key, &value, 0)
  }
}

extension HTTPPosition.State {
  /// The bytes that are left of a body or chunk.
  fileprivate var left: UInt64 {
    switch self {
    case .body(let left), .chunk(let left): left
    default: 0
    }
  }

  /// The number of the wire.
  fileprivate var number: tp_http_state {
    switch self {
    case .start: HTTP_START
    case .body: HTTP_BODY
    case .chunk: HTTP_CHUNK
    case .chunkEnd: HTTP_CHUNK_END
    case .chunkSize: HTTP_CHUNK_SIZE
    case .trailer: HTTP_TRAILER
    case .untilEnd: HTTP_END
    case .unknown: HTTP_OTHER
    }
  }
}
