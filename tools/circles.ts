/**
 * The circles of a directed graph: its strongly connected components of two or more nodes (Tarjan 1972), each sorted.
 * Targets that are no nodes themselves are left out.
 */
export function circlesOf(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[][] = [];

  function low(node: string): number {
    return lowest.get(node) ?? 0;
  }

  function visit(node: string): void {
    const number = numbers.size;
    numbers.set(node, number);
    lowest.set(node, number);
    stack.push(node);
    onStack.add(node);
    for (const target of arrows.get(node) ?? []) {
      if (!arrows.has(target)) continue;
      if (!numbers.has(target)) {
        visit(target);
        lowest.set(node, Math.min(low(node), low(target)));
      } else if (onStack.has(target)) {
        lowest.set(node, Math.min(low(node), numbers.get(target) ?? number));
      }
    }
    if (low(node) === number) leave(node);
  }

  /** `root` closes a component: it and all that were visited after it. */
  function leave(root: string): void {
    const members = stack.splice(stack.indexOf(root));
    for (const member of members) onStack.delete(member);
    if (members.length > 1) found.push(members.sort());
  }

  for (const node of arrows.keys()) if (!numbers.has(node)) visit(node);
  return found.sort();
}
