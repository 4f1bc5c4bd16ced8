import CBPF
import Glibc

/// The opened BPF object: its programs, maps and settings.
@safe struct BPFObject: ~Copyable {
  private let handle: OpaquePointer

  /// Opens the object that is part of this program.
  init() throws(KernelError) {
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
      throw KernelError("open the BPF object", code: errno)
    }
    unsafe self.handle = handle
  }

  deinit { unsafe bpf_object__close(handle) }

  /// Fixes the settings; only before ``load()``.
  ///
  /// - Parameter ringBytes: a power of two, at least one page.
  func configure(_ config: tp_config, ringBytes: UInt32) throws(KernelError) {
    var config = config
    try check(
      unsafe bpf_map__set_initial_value(
        map(".rodata.config"), &config, MemoryLayout<tp_config>.size), "set up the BPF program")
    try check(
      unsafe bpf_map__set_value_size(bpf_map__inner_map(map("tp_rows")), 8 * config.row_words),
      "set the width of rows")
    try check(
      unsafe bpf_map__set_max_entries(map("tp_ring"), ringBytes), "set the size of the ring")
  }

  /// Gives the programs to the kernel, which checks them.
  func load() throws(KernelError) {
    let code = unsafe bpf_object__load(handle)
    guard code == 0 else {
      throw KernelError("load the BPF program", code: code, advice: KernelLog.lastComplaint(code))
    }
  }

  /// Attaches a program to a cgroup and all below it.
  func attach(_ program: String, cgroup: borrowing Descriptor) throws(KernelError) -> BPFLink {
    let link = unsafe bpf_program__attach_cgroup(self.program(program), cgroup.number)
    guard let link = unsafe link else { throw KernelError("attach \(program)", code: errno) }
    return unsafe BPFLink(link)
  }

  /// Attaches a program to the place that its section names.
  func attach(_ program: String) throws(KernelError) -> BPFLink {
    let link = unsafe bpf_program__attach(self.program(program))
    guard let link = unsafe link else { throw KernelError("attach \(program)", code: errno) }
    return unsafe BPFLink(link)
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

  private func check(_ code: Int32, _ operation: String) throws(KernelError) {
    guard code == 0 else { throw KernelError(operation, code: code) }
  }
}

/// An attached program.
///
/// It is detached when this is released.
@safe final class BPFLink {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  deinit { unsafe bpf_link__destroy(handle) }

  /// The descriptor of the link, which it owns.
  var descriptor: Int32 { unsafe bpf_link__fd(handle) }
}
