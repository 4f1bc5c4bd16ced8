// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// The opened BPF object: its programs, maps and settings.
///
/// Any thread may use it, one at a time.
@safe final class BPFObject: @unchecked Sendable {
  private let handle: OpaquePointer
  /// What the inner maps of `tp_rows` are to be like, as long as the object may be loaded.
  private var rowTemplate: BPFMap?

  /// Opens the object that is part of this program.
  init() throws(SystemError) {
    tp_capture_log()
    var options = unsafe bpf_object_open_opts()
    unsafe options.sz = MemoryLayout<bpf_object_open_opts>.size
    unsafe options.btf_custom_path = tp_types_path()
    let opened = unsafe "tp".withCString { name in
      unsafe options.object_name = name
      return unsafe tp_open_object(&options)
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
    try setWidth(ofRows: Int(config.row_words))
    try check(
      unsafe bpf_map__set_max_entries(map("tp_ring"), ringBytes), "set the size of the ring")
    try check(
      unsafe bpf_map__set_max_entries(map("tp_cgroups"), cgroups), "make room for cgroups")
  }

  /// Has the inner maps of `tp_rows` hold rows of some words.
  ///
  /// A map is made that they are to be like: libbpf 1.5 crashes when the value size of an inner map is set.
  private func setWidth(ofRows words: Int) throws(SystemError) {
    let outer = unsafe map("tp_rows")
    guard let inner = unsafe bpf_map__inner_map(outer) else {
      throw SystemError("set the width of rows", code: EINVAL)
    }
    let template = try BPFMap(
      "tp_rows", type: unsafe bpf_map__type(inner), keySize: Int(unsafe bpf_map__key_size(inner)),
      valueSize: 8 * words, entries: Int(unsafe bpf_map__max_entries(inner)),
      flags: unsafe bpf_map__map_flags(inner))
    try check(
      unsafe bpf_map__set_inner_map_fd(outer, template.descriptor), "set the width of rows")
    rowTemplate = template
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
    try unsafe forEachMap { map, name, isOfJudgement throws(SystemError) in
      guard isOfJudgement else { return }
      try check(unsafe bpf_map__set_autocreate(map, false), "leave out the map \(name)")
    }
  }

  /// Takes all maps of a loaded object for its own but those that hold the tables of plans; only before ``load()``.
  func shareMaps(of other: BPFObject) throws(SystemError) {
    let handle = unsafe other.handle
    try unsafe forEachMap { map, name, isOfJudgement throws(SystemError) in
      guard !isOfJudgement, let found = unsafe bpf_object__find_map_by_name(handle, name) else {
        return
      }
      try check(
        unsafe bpf_map__reuse_fd(map, bpf_map__fd(found)), "share the map \(name)")
    }
  }

  /// Gives `body` each map but those of constants, its name, and whether it holds the tables of plans or the program that
  /// judges by them.
  private func forEachMap(
    _ body: (OpaquePointer, String, _ isOfJudgement: Bool) throws(SystemError) -> Void
  ) throws(SystemError) {
    var next = unsafe bpf_object__next_map(handle, nil)
    while let map = unsafe next {
      let name = unsafe String(cString: bpf_map__name(map))
      let isOfJudgement =
        unsafe [BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_PROG_ARRAY].contains(bpf_map__type(map))
        || name == ".data.active"
      if !name.contains(".rodata") { try unsafe body(map, name, isOfJudgement) }
      unsafe next = bpf_object__next_map(handle, map)
    }
  }

  /// Gives the programs to the kernel, which checks them.
  func load() throws(SystemError) {
    let code = unsafe bpf_object__load(handle)
    guard code == 0 else {
      throw SystemError("load the BPF program", code: code, advice: KernelLog.lastComplaint(code))
    }
    // Those that see packets go on with the one that judges them, if it is among those that were loaded.
    var judge = descriptor(ofProgram: "tp_judge")
    guard judge >= 0 else { return }
    var first: UInt32 = 0
    try check(
      unsafe bpf_map_update_elem(descriptor(ofMap: "tp_judges"), &first, &judge, 0),
      "join the BPF programs")
  }

  /// Attaches a program to a cgroup and all below it.
  ///
  /// - Parameter type: where it is attached.
  func attach(
    _ program: String, cgroup: borrowing Descriptor, _ type: bpf_attach_type
  ) throws(SystemError) -> BPFLink {
    let link = bpf_link_create(
      descriptor(ofProgram: program), cgroup.number, type, nil)
    guard link >= 0 else { throw SystemError("attach \(program)", code: link) }
    return BPFLink(owning: link)
  }

  /// Attaches a program to a cgroup and all below it, where its section says.
  func attach(_ program: String, cgroup: borrowing Descriptor) throws(SystemError) -> BPFLink {
    let type = unsafe bpf_program__expected_attach_type(self.program(program))
    return try attach(program, cgroup: cgroup, type)
  }

  /// Attaches a program to the place that its section names.
  func attach(_ program: String) throws(SystemError) -> BPFLink {
    let link = unsafe bpf_program__attach(self.program(program))
    guard let link = unsafe link else { throw SystemError("attach \(program)", code: errno) }
    return unsafe BPFLink(link)
  }

  /// Makes a link run a program of this object from now on, without a gap.
  func replaceProgram(of link: BPFLink, by program: String) throws(SystemError) {
    try check(
      bpf_link_update(link.descriptor, descriptor(ofProgram: program), nil),
      "replace \(program)")
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
  /// The descriptor of the link, which it owns.
  let descriptor: Int32
  /// What libbpf keeps of the link; nil when that did not make it.
  private let handle: OpaquePointer?

  fileprivate init(_ handle: OpaquePointer) {
    descriptor = unsafe bpf_link__fd(handle)
    unsafe self.handle = handle
  }

  fileprivate init(owning descriptor: Int32) {
    self.descriptor = descriptor
    unsafe handle = nil
  }

  deinit {
    if let handle = unsafe handle {
      unsafe bpf_link__destroy(handle)
    } else {
      close(descriptor)
    }
  }
}
