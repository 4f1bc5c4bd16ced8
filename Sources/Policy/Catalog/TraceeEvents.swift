/// The names of events that Tracee has and this tracer has not, so that a policy which uses one is told the right thing.
///
/// Source: the system calls of Linux on x86-64 (64 and 32 bits) by their names in the kernel's tables, and the list of
/// events in Tracee's documentation. A name that is missing here is only reported as unknown instead of unsupported.
enum TraceeEvents {
  /// Whether Tracee has an event of this name that is not a network packet.
  static func contains(_ name: String) -> Bool { names.contains(name[...]) }

  /// Whether Tracee has a set of this name that holds no network packet.
  static func containsSet(_ name: String) -> Bool { sets.contains(name[...]) }

  private static let names = Set((systemCalls + " " + others).split(whereSeparator: \.isWhitespace))

  private static let systemCalls = """
    _newselect _sysctl accept accept4 access acct add_key adjtimex afs_syscall alarm arch_prctl
    bdflush bind bpf break brk cachestat capget capset chdir chmod chown chown32 chroot
    clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
    clock_nanosleep clock_nanosleep_time64 clock_settime clock_settime64 clone clone3 close
    close_range connect copy_file_range creat create_module delete_module dup dup2 dup3
    epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait
    epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2
    fadvise64 fadvise64_64 fallocate fanotify_init fanotify_mark fchdir fchmod fchmodat fchmodat2
    fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr finit_module flistxattr flock fork
    fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat fstat64 fstatfs fstatfs64 fsync
    ftime ftruncate ftruncate64 futex futex_requeue futex_time64 futex_wait futex_waitv
    futex_wake futimesat get_kernel_syms get_mempolicy get_robust_list get_thread_area getcpu
    getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups
    getgroups32 getitimer getpeername getpgid getpgrp getpid getpmsg getppid getpriority
    getrandom getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid getsockname
    getsockopt gettid gettimeofday getuid getuid32 getxattr gtty idle init_module
    inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy
    io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit io_uring_enter
    io_uring_register io_uring_setup ioctl ioperm iopl ioprio_get ioprio_set ipc kcmp
    kexec_file_load kexec_load keyctl kill landlock_add_rule landlock_create_ruleset
    landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listmount listxattr
    llistxattr llseek lock lookup_dcookie lremovexattr lseek lsetxattr lsm_get_self_attr
    lsm_list_modules lsm_set_self_attr lstat lstat64 madvise map_shadow_stack mbind membarrier
    memfd_create memfd_secret migrate_pages mincore mkdir mkdirat mknod mknodat mlock mlock2
    mlockall mmap mmap2 modify_ldt mount mount_setattr move_mount move_pages mprotect mpx
    mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend
    mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock
    munlockall munmap name_to_handle_at nanosleep newfstatat nfsservctl nice oldfstat oldlstat
    oldolduname oldstat olduname open open_by_handle_at open_tree openat openat2 pause
    perf_event_open personality pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2 pivot_root
    pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2
    prlimit64 process_madvise process_mrelease process_vm_readv process_vm_writev prof profil
    pselect6 pselect6_time64 ptrace putpmsg pwrite64 pwritev pwritev2 query_module quotactl
    quotactl_fd read readahead readdir readlink readlinkat readv reboot recvfrom recvmmsg
    recvmmsg_time64 recvmsg remap_file_pages removexattr rename renameat renameat2 request_key
    restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo
    rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo
    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
    sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity
    sched_setattr sched_setparam sched_setscheduler sched_yield seccomp security select semctl
    semget semop semtimedop semtimedop_time64 sendfile sendfile64 sendmmsg sendmsg sendto
    set_mempolicy set_mempolicy_home_node set_robust_list set_thread_area set_tid_address
    setdomainname setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32
    sethostname setitimer setns setpgid setpriority setregid setregid32 setresgid setresgid32
    setresuid setresuid32 setreuid setreuid32 setrlimit setsid setsockopt settimeofday setuid
    setuid32 setxattr sgetmask shmat shmctl shmdt shmget shutdown sigaction sigaltstack signal
    signalfd signalfd4 sigpending sigprocmask sigreturn sigsuspend socket socketcall socketpair
    splice ssetmask stat stat64 statfs statfs64 statmount statx stime stty swapoff swapon symlink
    symlinkat sync sync_file_range syncfs sysfs sysinfo syslog tee tgkill time timer_create
    timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
    timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times
    tkill truncate truncate64 tuxcall ugetrlimit ulimit umask umount umount2 uname unlink
    unlinkat unshare uselib userfaultfd ustat utime utimensat utimensat_time64 utimes vfork
    vhangup vm86 vm86old vmsplice vserver wait4 waitid waitpid write writev
    """

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
    kubernetes_api_connection kubernetes_certificate_theft_attempt ld_preload load_elf_phdrs
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
