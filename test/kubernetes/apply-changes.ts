import type { InjectionChange } from '../../src/kubernetes/inject.ts';

/** What RFC 6902 says about `add`; the value itself stays as it is. */
export function applyChanges(value: unknown, changes: readonly InjectionChange[]): unknown {
  const copy = structuredClone(value);
  for (const { path, value: added } of changes) {
    // biome-ignore lint/suspicious/noExplicitAny: a test walks through anything
    let parent: any = copy;
    for (const step of path.slice(0, -1)) parent = parent[step];
    const last = path.at(-1) ?? '';
    if (last === '-') parent.push(added);
    else parent[last] = added;
  }
  return copy;
}
