// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "Types.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CBPF.h"

/* The kernel has above a hundred thousand types, which libbpf goes through for each one of ours. Ours name a few dozens. */

/* A set of names, open addressed. */
enum { NAMES_MAX = 1 << 12 };
struct names {
  const char *places[NAMES_MAX];
  unsigned count;
};

static uint32_t hash_of(const char *name) {
  uint32_t hash = 2166136261u;
  for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 16777619u;
  return hash;
}

/* The place of a name, or the one where it would be. */
static const char **place_of(struct names *names, const char *name) {
  uint32_t at = hash_of(name) % NAMES_MAX;
  while (names->places[at] && strcmp(names->places[at], name) != 0) at = (at + 1) % NAMES_MAX;
  return &names->places[at];
}

static bool may_be_found(const struct btf_type *type) {
  return type->name_off && (btf_is_composite(type) || btf_is_any_enum(type) || btf_is_typedef(type));
}

static bool collect_names(struct names *names, const struct btf *ours) {
  for (__u32 id = 1; id < btf__type_cnt(ours); id++) {
    const struct btf_type *type = btf__type_by_id(ours, id);
    if (!may_be_found(type)) continue;
    const char *name = btf__name_by_offset(ours, type->name_off), **place = place_of(names, name);
    if (*place) continue;
    if (++names->count > NAMES_MAX / 2) return false;
    *place = name;
  }
  return true;
}

/* Types on their way from one collection to another. */
struct move {
  const struct btf *from;
  struct btf *to;
  __u32 *numbers; /* by number in `from` that in `to`, 0: not there */
  __u32 *moved;   /* by number in `to` that in `from` */
};

/* Takes a type over, unless it is there. What it is made of is still named as in `from`. */
static bool take(struct move *move, __u32 id) {
  if (id == 0 || move->numbers[id]) return true;
  int number = btf__add_type(move->to, move->from, btf__type_by_id(move->from, id));
  if (number < 0) return false;
  move->numbers[id] = (__u32)number;
  move->moved[number] = id;
  return true;
}

/* Takes over what a type is made of, and names it as in `to`. What a pointer points to is not asked. */
static bool take_parts(struct move *move, __u32 number) {
  /* To take a type over may move all that are there. */
  const struct btf_type *from = btf__type_by_id(move->from, move->moved[number]);
#define TO ((struct btf_type *)btf__type_by_id(move->to, number))
  switch (btf_kind(from)) {
    case BTF_KIND_PTR:
      TO->type = 0;
      return true;
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_CONST:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_TYPE_TAG:
      if (!take(move, from->type)) return false;
      TO->type = move->numbers[from->type];
      return true;
    case BTF_KIND_ARRAY: {
      const struct btf_array *array = btf_array(from);
      if (!take(move, array->type) || !take(move, array->index_type)) return false;
      btf_array(TO)->type = move->numbers[array->type];
      btf_array(TO)->index_type = move->numbers[array->index_type];
      return true;
    }
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      for (__u32 i = 0; i < btf_vlen(from); i++) {
        __u32 type = btf_members(from)[i].type;
        if (!take(move, type)) return false;
        btf_members(TO)[i].type = move->numbers[type];
      }
      return true;
    case BTF_KIND_INT:
    case BTF_KIND_FLOAT:
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
    case BTF_KIND_FWD: return true;
    default: return false;
  }
#undef TO
}

static bool take_named(struct move *move, struct names *names) {
  for (__u32 id = 1; id < btf__type_cnt(move->from); id++) {
    const struct btf_type *type = btf__type_by_id(move->from, id);
    if (!may_be_found(type)) continue;
    const char *name = btf__name_by_offset(move->from, type->name_off);
    if (*place_of(names, name) && !take(move, id)) return false;
  }
  for (__u32 number = 1; number < btf__type_cnt(move->to); number++)
    if (!take_parts(move, number)) return false;
  return true;
}

/* Those of the kernel's types that have a name of one of ours, and what they are made of; NULL when that cannot be done. */
static struct btf *types_named_by(const struct btf *kernel, const struct btf *ours) {
  size_t count = btf__type_cnt(kernel);
  struct names *names = calloc(1, sizeof *names);
  struct move move = {
    .from = kernel,
    .to = btf__new_empty(),
    .numbers = calloc(count, sizeof *move.numbers),
    .moved = calloc(count, sizeof *move.moved),
  };
  bool is_done = names && move.to && move.numbers && move.moved && collect_names(names, ours) && take_named(&move, names);
  free(names);
  free(move.numbers);
  free(move.moved);
  if (is_done) return move.to;
  btf__free(move.to);
  return NULL;
}

/* A file in memory that holds types; -1 when there is none. */
static int file_of(const struct btf *types) {
  __u32 size;
  const void *bytes = btf__raw_data(types, &size);
  int file = bytes ? memfd_create("tp_types", MFD_CLOEXEC) : -1;
  if (file >= 0 && write(file, bytes, size) == (ssize_t)size) return file;
  if (file >= 0) close(file);
  return -1;
}

/* What is known of the kernel once it was looked at. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int kept = -1;
static char path[32];
static __u32 cast;

__u32 tp_cast_function(const struct btf *kernel) {
  int id = btf__find_by_name_kind(kernel, "bpf_rdonly_cast", BTF_KIND_FUNC);
  return id > 0 ? (__u32)id : 0;
}

void tp_keep_types(const struct btf *kernel) {
  size_t length;
  const void *bytes = tp_bpf_object(&length);
  pthread_mutex_lock(&lock);
  cast = tp_cast_function(kernel);
  struct bpf_object *object = kept < 0 ? bpf_object__open_mem(bytes, length, NULL) : NULL;
  struct btf *types = object ? types_named_by(kernel, bpf_object__btf(object)) : NULL;
  if (types) {
    kept = file_of(types);
    snprintf(path, sizeof path, "/proc/self/fd/%d", kept);
  }
  btf__free(types);
  bpf_object__close(object);
  pthread_mutex_unlock(&lock);
}

const char *tp_types_path(void) {
  pthread_mutex_lock(&lock);
  const char *found = kept >= 0 ? path : NULL;
  pthread_mutex_unlock(&lock);
  return found;
}

/* Puts the number of the kernel's function where the program calls it; 0 is a call that is never reached. */
static void put_cast(unsigned char *bytes, size_t length) {
  const struct bpf_insn call = {.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = TP_CAST};
  for (size_t at = 0; at + sizeof call <= length; at += sizeof call)
    if (memcmp(bytes + at, &call, sizeof call) == 0)
      memcpy(bytes + at + offsetof(struct bpf_insn, imm), &cast, sizeof cast);
}

struct bpf_object *tp_open_object(const struct bpf_object_open_opts *options) {
  size_t length;
  const void *bytes = tp_bpf_object(&length);
  unsigned char *copy = malloc(length);
  if (!copy) return NULL;
  memcpy(copy, bytes, length);
  pthread_mutex_lock(&lock);
  put_cast(copy, length);
  pthread_mutex_unlock(&lock);
  struct bpf_object *object = bpf_object__open_mem(copy, length, options);
  int code = errno;
  free(copy);
  errno = code;
  return object;
}
