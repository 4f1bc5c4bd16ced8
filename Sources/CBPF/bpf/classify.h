// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/* Which rules want a packet: the bits that every dimension's row has. */
#pragma once

static __always_inline bool keep_ports(__u64 *row, const struct tp_tables *tables, const struct tp_view *view) {
  const struct tp_plan *plan = tables->plan;
  if (!view->has_ports) return keep(row, tables, plan->no_source_port) && keep(row, tables, plan->no_destination_port);
  __u32 first = 0;
  void *inner = bpf_map_lookup_elem(&tp_port_classes, &tables->slot);
  const struct tp_ports *ports = inner ? bpf_map_lookup_elem(inner, &first) : NULL;
  if (!ports) {
    clear(row);
    return false;
  }
  return keep(row, tables, plan->source_port_base + ports->source[view->source_port]) &&
         keep(row, tables, plan->destination_port_base + ports->destination[view->destination_port]);
}

struct tp_header_walk {
  struct __sk_buff *skb;
  const struct tp_view *view;
  const struct tp_tables *tables;
  const struct tp_headers *headers;
  __u64 *row;
  bool is_left; /* whether the row has a bit left */
};

/* Where a header begins, -1 when the packet has none such. */
static __always_inline int header_start(const struct tp_view *view, __u8 header) {
  switch (header) {
    case TP_HEADER_IPV4: return view->shape & TP_SHAPE_IPV6 ? -1 : 0;
    case TP_HEADER_IPV6: return view->shape & TP_SHAPE_IPV6 ? 0 : -1;
    default: return (view->shape & 7) == header ? view->transport_offset : -1;
  }
}

static __always_inline bool keep_part(const struct tp_header_walk *walk, const struct tp_header_part *part) {
  int start = header_start(walk->view, part->header);
  if (start < 0) return keep(walk->row, walk->tables, part->absent);
  __u32 offset = start + part->offset;
  __u32 word = 0;
  if (part->size == 1) {
    __u8 byte = 0;
    bpf_skb_load_bytes(walk->skb, offset, &byte, 1);
    return part->number < TP_HEADER_BYTES_MAX &&
           keep(walk->row, walk->tables, walk->headers->rows[part->number][byte]);
  }
  if (part->size == 2)
    bpf_skb_load_bytes(walk->skb, offset, (char *)&word + 2, 2);
  else
    bpf_skb_load_bytes(walk->skb, offset, &word, 4);
  return keep_number(walk->row, walk->tables, part->number, bpf_ntohl(word) >> (part->shift & 31) & part->mask);
}

/* Keeps of the row the rules that want what a part of a header says; goes on while any is left. */
static int keep_header(__u32 index, struct tp_header_walk *walk) {
  walk->is_left = index < TP_HEADER_PARTS_MAX && keep_part(walk, &walk->headers->parts[index]);
  return !walk->is_left;
}

/* Has a stack of its own: that of the program is nearly full. */
static __noinline bool keep_headers(__u64 *row, const struct tp_tables *tables, struct __sk_buff *skb,
                                    const struct tp_view *view) {
  __u32 first = 0;
  void *inner = bpf_map_lookup_elem(&tp_header_rows, &tables->slot);
  const struct tp_headers *headers = inner ? bpf_map_lookup_elem(inner, &first) : NULL;
  if (!headers) {
    clear(row);
    return false;
  }
  struct tp_header_walk walk = {.skb = skb, .view = view, .tables = tables, .headers = headers, .row = row};
  bpf_loop(tables->plan->header_parts, keep_header, &walk, 0);
  return walk.is_left;
}

/* A copy is looked up: before Linux 6.2 what a function is given cannot be a key. */
static __always_inline bool keep_address(__u64 *row, const struct tp_tables *tables, void *tries,
                                         const struct tp_address_key *address) {
  struct tp_address_key key = *address;
  return keep_found(row, tables, tries, &key);
}

/* Keeps of `row` the rules that want packets of this flow, whoever owns them. Cheap questions come first. */
static __always_inline bool keep_flow(__u64 *row, const struct tp_tables *tables, const struct tp_view *view,
                                      enum tp_direction direction) {
  const struct tp_plan *plan = tables->plan;
  if (!keep(row, tables, plan->shape[view->shape & (TP_SHAPES - 1)])) return false;
  if (!keep(row, tables, plan->direction[direction])) return false;
  if (plan->uses_ports && !keep_ports(row, tables, view)) return false;
  if (plan->uses_source && !keep_address(row, tables, &tp_sources, &view->source)) return false;
  return !plan->uses_destination || keep_address(row, tables, &tp_destinations, &view->destination);
}

/*
 * Keeps of the row of a scratch, which is looked up here as in scope.h, the rules that want what this one packet says besides. How
 * many of its bytes they need; 0 when none is left.
 */
__noinline int ask_packet(__u32 scratch_number, struct __sk_buff *skb, struct tp_view *view, __u32 generation,
                          __u32 direction) {
  struct tp_tables tables;
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!scratch || !view || !tables_of(generation, &tables)) return 0;
  const struct tp_plan *plan = tables.plan;
  __u64 *row = scratch->row.words;
  if (plan->asks_content) {
    if (look_at(skb, view, plan->asks_content, direction)) follow(skb, view, scratch_number, direction);
    if (!keep(row, &tables, plan->content[view->content & (TP_CONTENTS - 1)])) return 0;
  }
  /* The headers of several datagrams differ, so user space asks about them; see `DatagramTables`. */
  if (plan->header_parts && !view->segment_size && !keep_headers(row, &tables, skb, view)) return 0;
  return needed(skb, &tables, view, row);
}

/* Fills `row` with the rules that want packets of this flow, whoever owns them. Returns whether there are any. */
__noinline int ask_flow(struct tp_row *answer, struct tp_view *view, __u32 generation, __u32 direction) {
  struct tp_tables tables;
  if (!answer || !view || !tables_of(generation, &tables)) return false;
  __u64 *row = answer->words;
  TP_EACH_WORD(i) row[i] = ~0ULL;
  return keep_flow(row, &tables, view, direction & 1);
}

static __always_inline void swap_ends(struct tp_view *view) {
  struct tp_address_key source = view->source;
  __u16 port = view->source_port;
  view->source = view->destination;
  view->destination = source;
  view->source_port = view->destination_port;
  view->destination_port = port;
}

/*
 * Fills the row of a scratch with the rules that want responses of HTTP in the other direction of a packet's connection: these are read
 * by what this direction asks. Returns whether there are any.
 */
__noinline int ask_other(__u32 scratch_number, struct tp_view *view, __u32 generation, __u32 direction) {
  struct tp_tables tables;
  struct tp_scratch *scratch = scratch_at(scratch_number);
  if (!scratch || !view || (view->shape & 7) != TP_TRANSPORT_TCP || !tables_of(generation, &tables)) return false;
  if (!(tables.plan->asks_content & TP_CONTENT_HTTP_RESPONSE)) return false;
  swap_ends(view);
  bool is_wanted = ask_flow(&scratch->row, view, generation, ~direction & 1);
  swap_ends(view);
  return is_wanted && keep(scratch->row.words, &tables, tables.plan->content_rules) &&
         meets(scratch->row.words, &tables, tables.plan->content[TP_CONTENT_HTTP_RESPONSE]);
}
