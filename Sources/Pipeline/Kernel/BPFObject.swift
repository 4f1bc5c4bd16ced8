import CBPF
import Glibc
import System

/// The opened BPF object: its programs, maps and settings.
///
/// Any thread may use it, one at a time.
@safe final class BPFObject: @unchecked Sendable {
  private let handle: OpaquePointer

  /// Opens the object that is part of this program.
  init() throws(SystemError) {
    tp_capture_log()
    var length = 0
    let bytes = unsafe tp_bpf_object(&length)
    var options = unsafe bpf_object_open_opts()
    unsafe options.sz = MemoryLayout<bpf_object_open_opts>.size
    let opened = unsafe "tp".withCString { name in
      unsafe options.object_name = name
      return unsafe bpf_object__open_mem(bytes, length, &options)
    }
    guard let handle = unsafe opened else {
      throw SystemError("open the BPF object", code: errno)
    }
    unsafe self.handle = handle
  }

  deinit { unsafe bpf_object__close(handle) }

  /// Fixes the settings; only before ``load()``.
  ///
  /// - Parameters:
  ///   - rowWords: the width of rows, 1 to ``Row/wordLimit``.
  ///   - ringBytes: a power of two, at least one page.
  ///   - hooks: those that are used.
  ///   - cgroups: how many cgroups can be known.
  func configure(
    rowWords: Int, ringBytes: UInt32, hooks: Hooks, cgroups: UInt32 = KnownCgroups.leastLimit
  ) throws(SystemError) {
    var config = tp_config(row_words: UInt32(rowWords), ring_bytes: ringBytes, hooks)
    try check(
      unsafe bpf_map__set_initial_value(
        map(".rodata.config"), &config, MemoryLayout<tp_config>.size), "set up the BPF program")
    try check(
      unsafe bpf_map__set_value_size(bpf_map__inner_map(map("tp_rows")), 8 * config.row_words),
      "set the width of rows")
    try check(
      unsafe bpf_map__set_max_entries(map("tp_ring"), ringBytes), "set the size of the ring")
    try check(
      unsafe bpf_map__set_max_entries(map("tp_cgroups"), cgroups), "make room for cgroups")
  }

  /// Leaves out the programs whose names are not `wanted`; only before ``load()``.
  func keepPrograms(where wanted: (String) -> Bool) throws(SystemError) {
    var next = unsafe bpf_object__next_program(handle, nil)
    while let program = unsafe next {
      let name = unsafe String(cString: bpf_program__name(program))
      try check(
        unsafe bpf_program__set_autoload(program, wanted(name)), "choose the program \(name)")
      unsafe next = bpf_object__next_program(handle, program)
    }
  }

  /// Leaves out the maps that hold the tables of plans; only before ``load()``, and only without programs that use them.
  func omitPlans() throws(SystemError) {
    try unsafe forEachMap { map, name, isOfPlans throws(SystemError) in
      guard isOfPlans else { return }
      try check(unsafe bpf_map__set_autocreate(map, false), "leave out the map \(name)")
    }
  }

  /// Takes all maps of a loaded object for its own but those that hold the tables of plans; only before ``load()``.
  func shareMaps(of other: BPFObject) throws(SystemError) {
    let handle = unsafe other.handle
    try unsafe forEachMap { map, name, isOfPlans throws(SystemError) in
      guard !isOfPlans, let found = unsafe bpf_object__find_map_by_name(handle, name) else {
        return
      }
      try check(
        unsafe bpf_map__reuse_fd(map, bpf_map__fd(found)), "share the map \(name)")
    }
  }

  /// Gives `body` each map but those of constants, its name, and whether it holds the tables of plans.
  private func forEachMap(
    _ body: (OpaquePointer, String, _ isOfPlans: Bool) throws(SystemError) -> Void
  ) throws(SystemError) {
    var next = unsafe bpf_object__next_map(handle, nil)
    while let map = unsafe next {
      let name = unsafe String(cString: bpf_map__name(map))
      let isOfPlans =
        unsafe bpf_map__type(map) == BPF_MAP_TYPE_ARRAY_OF_MAPS || name == ".data.active"
      if !name.contains(".rodata") { try unsafe body(map, name, isOfPlans) }
      unsafe next = bpf_object__next_map(handle, map)
    }
  }

  /// Gives the programs to the kernel, which checks them.
  func load() throws(SystemError) {
    let code = unsafe bpf_object__load(handle)
    guard code == 0 else {
      throw SystemError("load the BPF program", code: code, advice: KernelLog.lastComplaint(code))
    }
  }

  /// Attaches a program to a cgroup and all below it.
  func attach(_ program: String, cgroup: borrowing Descriptor) throws(SystemError) -> BPFLink {
    let link = unsafe bpf_program__attach_cgroup(self.program(program), cgroup.number)
    guard let link = unsafe link else { throw SystemError("attach \(program)", code: errno) }
    return unsafe BPFLink(link)
  }

  /// Attaches a program to the place that its section names.
  func attach(_ program: String) throws(SystemError) -> BPFLink {
    let link = unsafe bpf_program__attach(self.program(program))
    guard let link = unsafe link else { throw SystemError("attach \(program)", code: errno) }
    return unsafe BPFLink(link)
  }

  /// Makes a link run a program of this object from now on, without a gap.
  func replaceProgram(of link: BPFLink, by program: String) throws(SystemError) {
    try check(unsafe link.update(self.program(program)), "replace \(program)")
  }

  /// The descriptor of a loaded map; the object owns it.
  func descriptor(ofMap name: String) -> Int32 { unsafe bpf_map__fd(map(name)) }

  /// The descriptor of a loaded program; the object owns it.
  func descriptor(ofProgram name: String) -> Int32 { unsafe bpf_program__fd(program(name)) }

  /// The names and descriptors of the loaded maps of a type; the object owns the descriptors.
  func maps(of type: bpf_map_type) -> [(name: String, descriptor: Int32)] {
    var found: [(name: String, descriptor: Int32)] = []
    var next = unsafe bpf_object__next_map(handle, nil)
    while let map = unsafe next {
      if unsafe bpf_map__type(map) == type {
        found.append(unsafe (String(cString: bpf_map__name(map)), bpf_map__fd(map)))
      }
      unsafe next = bpf_object__next_map(handle, map)
    }
    return found
  }

  private func map(_ name: String) -> OpaquePointer {
    guard let found = unsafe bpf_object__find_map_by_name(handle, name) else {
      preconditionFailure("the embedded object has a map \(name)")
    }
    return unsafe found
  }

  private func program(_ name: String) -> OpaquePointer {
    guard let found = unsafe bpf_object__find_program_by_name(handle, name) else {
      preconditionFailure("the embedded object has a program \(name)")
    }
    return unsafe found
  }

  private func check(_ code: Int32, _ operation: String) throws(SystemError) {
    guard code == 0 else { throw SystemError(operation, code: code) }
  }
}

/// An attached program.
///
/// It is detached when this is released. Any thread may use it, one at a time.
@safe final class BPFLink: @unchecked Sendable {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  deinit { unsafe bpf_link__destroy(handle) }

  /// The descriptor of the link, which it owns.
  var descriptor: Int32 { unsafe bpf_link__fd(handle) }

  fileprivate func update(_ program: OpaquePointer) -> Int32 {
    unsafe bpf_link__update_program(handle, program)
  }
}
