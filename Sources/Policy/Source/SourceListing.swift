// SPDX-License-Identifier: Apache-2.0

extension Listing {
  /// Files of directories, and what becomes of them.
  public static func sources(_ entries: [SourcePaths.Entry]) -> Listing {
    func words(_ fate: SourcePaths.Entry.Fate) -> (state: String, by: String) {
      switch fate {
      case .read: ("read", "")
      case .mask: ("mask", "")
      case .replaced(let by): ("replaced", by)
      case .masked(let by): ("masked", by)
      }
    }
    return Listing(
      columns: ["FILE", "STATE", "BY"],
      rows: entries.map {
        [Visible.text($0.path), words($0.fate).state, Visible.text(words($0.fate).by)]
      },
      json: .list(
        entries.map { entry in
          let (state, by) = words(entry.fate)
          return [
            "file": .text(entry.path), "state": .text(state),
            "by": by.isEmpty ? .null : .text(by),
          ]
        }))
  }
}
