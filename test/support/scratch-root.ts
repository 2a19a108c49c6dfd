import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder that goes away with the test run. */
    scratchRoot: string;
  }
}

/** One folder for everything that tests write, so that nothing is left of a test that was interrupted either. */
export default function setup(project: TestProject): () => void {
  const root = mkdtempSync(join(tmpdir(), 'ack-ram-tool-test-'));
  project.provide('scratchRoot', root);
  return () => rmSync(root, { recursive: true, force: true });
}
