#include "CBPF.h"

extern const unsigned char tp_bpf_object_bytes[];
extern const unsigned long tp_bpf_object_length;

const void *tp_bpf_object(size_t *length) {
  *length = tp_bpf_object_length;
  return tp_bpf_object_bytes;
}
