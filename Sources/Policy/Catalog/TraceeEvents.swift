// SPDX-License-Identifier: Apache-2.0

/// The events and sets that Tracee has but tracee-policy does not support, so that policies with them get an exact
/// message.
///
/// Source: ``SystemCalls`` on x86-64 (64 and 32 bits), and the list of events in Tracee's documentation. A name that is
/// missing here is only reported as unknown instead of unsupported.
enum TraceeEvents {
  /// Returns whether Tracee has an event of this name, other than those of network packets.
  static func contains(_ name: String) -> Bool { names.contains(name[...]) }

  /// Returns whether Tracee has a set of this name that contains no event of network packets.
  static func containsSet(_ name: String) -> Bool { sets.contains(name[...]) }

  private static let names = Set(
    (SystemCalls.names(on: .x86_64) + SystemCalls.names(on: .i386)).map { $0[...] }
      + others.split(whereSeparator: \.isWhitespace))

  private static let others = """
    __kernel_write access_remote_vm anti_debugging aslr_inspection bpf_attach call_usermodehelper
    cap_capable capture_bpf capture_exec capture_file_read capture_file_write capture_mem
    capture_module capture_net_packet capture_pcap cgroup_attach_task cgroup_mkdir
    cgroup_notify_on_release cgroup_release_agent cgroup_rmdir check_syscall_source chmod_common
    commit_creds container_create container_remove core_pattern_modification debugfs_create_dir
    debugfs_create_file default_loader_mod device_add dirty_pipe_splice disk_mount do_exit
    do_init_module do_mmap do_sigaction do_truncate docker_abuse dropped_executable
    dynamic_code_loading execute_finished existing_container file_modification
    file_open_mount_write_denied fileless_execution ftrace_hook hidden_file_created
    hidden_kernel_module hidden_kernel_module_seeker hooked_proc_fops hooked_seq_ops
    hooked_syscall hooked_syscalls illegitimate_shell init_namespaces init_tracee_data
    inotify_watch io_issue_sqe io_uring_create io_write k8s_api_connection k8s_cert_theft
    kallsyms_lookup_name kernel_module_loading kernel_write kprobe_attach
    kubernetes_api_connection kubernetes_certificate_theft_attempt ld_preload llseek load_elf_phdrs
    magic_write mem_prot_alert module_free module_load net_flow_base net_flow_end
    net_flow_tcp_begin net_flow_tcp_end net_packet_flow net_packet_raw net_tcp_connect
    print_mem_dump print_net_seq_ops proc_create proc_fops_hooking proc_kcore_read
    proc_mem_access proc_mem_code_injection process_execute_failed process_vm_write_inject
    ptrace_code_injection rcd_modification register_chrdev sched_debug_recon sched_process_exec
    sched_process_exit sched_process_fork sched_switch scheduled_task_mod security_bpf
    security_bpf_map security_bpf_prog security_bprm_check security_file_mprotect
    security_file_open security_inode_mknod security_inode_rename security_inode_symlink
    security_inode_unlink security_kernel_post_read_file security_kernel_read_file
    security_mmap_file security_path_notify security_post_read_file security_sb_mount
    security_sb_umount security_settime64 security_socket_accept security_socket_bind
    security_socket_connect security_socket_create security_socket_listen security_socket_recvmsg
    security_socket_sendmsg security_socket_setsockopt security_task_prctl
    security_task_setrlimit set_fs_pwd shared_object_loaded socket_accept socket_dup stack_pivot
    stdio_over_socket sudoers_modification suspicious_syscall_source switch_task_ns
    symbols_collision symbols_loaded sys_enter sys_exit syscall_hooking syscall_table_check
    system_request_key_config_modification system_request_key_mod task_rename tracee_info
    vfs_read vfs_readv vfs_utimes vfs_write vfs_writev zeroed_inodes
    """

  private static let sets = Set(
    """
    syscalls 32bit_unique lsm_hooks lsm fs fs_read_write fs_file_ops fs_file_attr fs_link_ops
    fs_dir_ops fs_mux_io fs_async_io fs_sync fs_rw fs_fd_ops fs_info fs_monitor proc proc_mem
    proc_sched proc_ids proc_life proc_sys flows net net_sock net_flow system system_module
    system_numa system_time system_keys system_misc signals ipc ipc_sem ipc_shm ipc_msgq ipc_pipe
    ipc_futex time time_timer time_tod time_clock security_alert containers signatures derived
    custom threats capture
    """.split(whereSeparator: \.isWhitespace))
}
