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

/* Keeps of `row` the rules that want the packet, whoever owns it. Cheap questions come first. */
static __always_inline bool wanted(__u64 *row, const struct tp_tables *tables, struct __sk_buff *skb,
                                   struct tp_view *view, enum tp_direction direction) {
  const struct tp_plan *plan = tables->plan;
  if (!keep(row, tables, plan->shape[view->shape & (TP_SHAPES - 1)])) return false;
  if (!keep(row, tables, plan->direction[direction])) return false;
  if (plan->asks_content) {
    view->content = content_of(skb, view, plan);
    if (!keep(row, tables, plan->content[view->content & (TP_CONTENTS - 1)])) return false;
  }
  if (plan->uses_ports && !keep_ports(row, tables, view)) return false;
  if (plan->uses_source && !keep_found(row, tables, &tp_sources, &view->source)) return false;
  if (plan->uses_destination && !keep_found(row, tables, &tp_destinations, &view->destination)) return false;
  return true;
}
