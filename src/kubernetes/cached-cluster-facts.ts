import type { ClusterFacts } from './cluster-facts.ts';

const lifeMs = 1_000;
const most = 4_096;

/**
 * The same answers, each kept for a second: a workload of a thousand pods asks a few times, and whoever annotates a
 * service account and then restarts its pods is not answered from before. That something does not exist is never kept.
 */
export function cacheClusterFacts(facts: ClusterFacts, now: () => number): ClusterFacts {
  return {
    namespaceLabels: cached((name) => facts.namespaceLabels(name), now),
    serviceAccountAnnotations: cached((namespace, name) => facts.serviceAccountAnnotations(namespace, name), now),
  };
}

function cached<N extends string[], T>(ask: (...names: N) => Promise<T | undefined>, now: () => number) {
  const answers = new Map<string, { until: number; answer: Promise<T | undefined> }>();
  return (...names: N): Promise<T | undefined> => {
    const key = JSON.stringify(names);
    const known = answers.get(key);
    if (known !== undefined && now() < known.until) return known.answer;
    const entry = { until: now() + lifeMs, answer: ask(...names) };
    const forget = (): void => {
      if (answers.get(key) === entry) answers.delete(key);
    };
    entry.answer.then((found) => {
      if (found === undefined) forget();
    }, forget);
    answers.delete(key);
    answers.set(key, entry);
    const [oldest] = answers.keys();
    if (answers.size > most && oldest !== undefined) answers.delete(oldest);
    return entry.answer;
  };
}
