/** Which rows are selected. Pure. */

/** As many as one act may be for. */
export const SELECTED_MAX = 200;

export interface Selected {
  ids: ReadonlySet<string>;
  /** Where a range begins. */
  anchor: string | undefined;
}

export const NONE: Selected = { ids: new Set(), anchor: undefined };

/** After a row was picked, alone or (`range`) with all between it and the one before. Beyond the most, nothing is added. */
export function picked({ ids, anchor }: Selected, id: string, order: readonly string[], range: boolean): Selected {
  const [from, to] = [order.indexOf(anchor ?? ''), order.indexOf(id)];
  const next = new Set(ids);
  if (range && from >= 0 && to >= 0) {
    for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1)) if (next.size < SELECTED_MAX) next.add(between);
    return { ids: next, anchor: id };
  }
  if (!next.delete(id) && next.size < SELECTED_MAX) next.add(id);
  return { ids: next, anchor: id };
}
