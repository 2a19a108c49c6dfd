import { readFileSync } from 'node:fs';

/** A table of `test/cases/policy/`. */
export function readCases<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`../cases/policy/${name}.json`, import.meta.url), 'utf8')) as T[];
}
