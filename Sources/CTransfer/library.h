// SPDX-License-Identifier: Apache-2.0

/*
 * Loads a library when it is needed, instead of linking it. Who includes this has defined FUNCTIONS(each), the functions that are used;
 * they have the types of the library's header.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define MEMBER(name) __typeof__(&name) name;
static struct {
  FUNCTIONS(MEMBER)
} library;

/* Why the library cannot be used; NULL if it can, or was not loaded yet. */
static const char *failure;

/* Finds the functions of a library. Returns whether all are there; `missing` is what is wrong when one is not. */
static int load_library(const char *file, const char *missing) {
  void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    failure = strdup(dlerror());
    return 0;
  }
#define FIND(name)                                               \
  library.name = (__typeof__(library.name))dlsym(handle, #name); \
  if (!library.name) {                                           \
    failure = missing;                                           \
    return 0;                                                    \
  }
  FUNCTIONS(FIND)
  return 1;
}
