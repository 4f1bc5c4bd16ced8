// SPDX-License-Identifier: Apache-2.0

/* Programs that make the path of their executable look like another's. */
#include "owner_cases.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A number of /proc/self/stat, by its place in proc(5). */
static unsigned long stat_field(int place) {
  char text[4096];
  int file = must(open("/proc/self/stat", O_RDONLY), "open");
  long length = must(read(file, text, sizeof text - 1), "read");
  close(file);
  text[length] = 0;
  char *field = strrchr(text, ')');
  if (!field) exit(1);
  field += 2;
  for (int i = 3; i < place; i++) {
    field = strchr(field, ' ');
    if (!field) exit(1);
    field++;
  }
  return strtoul(field, NULL, 10);
}

/* Puts anonymous memory of the same content in the place of all that is mapped from this file. */
static void unmap_file(const char *path) {
  struct {
    unsigned long begin, end;
    int protection;
  } parts[64];
  int count = 0;
  char line[1024];
  FILE *maps = fopen("/proc/self/maps", "r");
  if (!maps) must(-1, "open of maps");
  while (count < 64 && fgets(line, sizeof line, maps)) {
    char mode[5];
    if (!strstr(line, path) || sscanf(line, "%lx-%lx %4s", &parts[count].begin, &parts[count].end, mode) != 3) continue;
    parts[count++].protection =
      (mode[0] == 'r' ? PROT_READ : 0) | (mode[1] == 'w' ? PROT_WRITE : 0) | (mode[2] == 'x' ? PROT_EXEC : 0);
  }
  fclose(maps);
  for (int i = 0; i < count; i++) {
    size_t length = parts[i].end - parts[i].begin;
    char *copy = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) must(-1, "mmap");
    memcpy(copy, (void *)parts[i].begin, length);
    must(mprotect(copy, length, parts[i].protection), "mprotect");
    if (mremap(copy, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)parts[i].begin) == MAP_FAILED)
      must(-1, "mremap");
  }
}

/* Says to the kernel that another file is what this process runs: anyone may, in a user namespace of his own. */
static void claim(const char *path) {
  char own[4096];
  must(syscall(SYS_setresuid, USER_A, USER_A, USER_A), "setresuid");
  must(unshare(CLONE_NEWUSER), "unshare");
  struct prctl_mm_map about = {
    .start_code = stat_field(26), .end_code = stat_field(27), .start_stack = stat_field(28),
    .start_data = stat_field(45), .end_data = stat_field(46), .start_brk = stat_field(47),
    .brk = (unsigned long)sbrk(0), .arg_start = stat_field(48), .arg_end = stat_field(49),
    .env_start = stat_field(50), .env_end = stat_field(51), .exe_fd = must(open(path, O_RDONLY), "open"),
  };
  own[must(readlink("/proc/self/exe", own, sizeof own - 1), "readlink")] = 0;
  unmap_file(own);
  must(prctl(PR_SET_MM, PR_SET_MM_MAP, &about, sizeof about, 0), "PR_SET_MM_MAP");
}

int disguise(int count, char **words) {
  (void)count;
  char path[4096];
  if (strcmp(words[0], "rename") == 0) {
    path[must(readlink("/proc/self/exe", path, sizeof path - 1), "readlink")] = 0;
    must(rename(path, words[1]), "rename");
  }
  if (strcmp(words[0], "map") == 0) claim(words[1]);
  path[must(readlink("/proc/self/exe", path, sizeof path - 1), "readlink")] = 0;
  say("claims %s", path);
  int held = connected(SOCK_DGRAM, words[2], words[3]);
  must(send(held, letters, 1, 0), "send");
  return 0;
}
