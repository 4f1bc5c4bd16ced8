// SPDX-License-Identifier: Apache-2.0

#include "CSystem.h"

#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As <linux/landlock.h> has it since Linux 6.12. Older kernels take what is longer when the rest is 0. */
struct ruleset {
  __u64 files, net, scopes;
};

int tp_landlock_version(void) {
  return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

int tp_landlock_forbid(uint64_t files, uint64_t net, uint64_t scopes) {
  struct ruleset rules = {files, net, scopes};
  return (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
}

int tp_landlock_allow(int rules, int path, uint64_t files) {
  struct landlock_path_beneath_attr rule = {.allowed_access = files, .parent_fd = path};
  return (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* As <linux/landlock.h> has it since Linux 6.7: LANDLOCK_RULE_NET_PORT and LANDLOCK_ACCESS_NET_CONNECT_TCP. */
struct port_rule {
  __u64 access, port;
};

int tp_landlock_allow_port(int rules, uint16_t port) {
  struct port_rule rule = {.access = 2, .port = port};
  return (int)syscall(SYS_landlock_add_rule, rules, 2, &rule, 0);
}

int tp_landlock_enforce(int rules) { return (int)syscall(SYS_landlock_restrict_self, rules, 0); }

static struct __user_cap_header_struct self = {.version = _LINUX_CAPABILITY_VERSION_3};

int tp_capabilities(uint64_t *effective, uint64_t *permitted) {
  struct __user_cap_data_struct halves[2];
  if (syscall(SYS_capget, &self, halves) != 0) return -1;
  *effective = halves[0].effective | (uint64_t)halves[1].effective << 32;
  *permitted = halves[0].permitted | (uint64_t)halves[1].permitted << 32;
  return 0;
}

int tp_set_capabilities(uint64_t effective, uint64_t permitted) {
  struct __user_cap_data_struct halves[2] = {
    {.effective = (__u32)effective, .permitted = (__u32)permitted},
    {.effective = (__u32)(effective >> 32), .permitted = (__u32)(permitted >> 32)},
  };
  return (int)syscall(SYS_capset, &self, halves);
}

int tp_bound_capabilities(uint64_t kept) {
  /* Needs CAP_SETPCAP. Who has not got it executes nothing that could have more, for it gets no new privileges. */
  for (int capability = 0; capability < 64; capability++)
    if (!(kept >> capability & 1)) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

int tp_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
