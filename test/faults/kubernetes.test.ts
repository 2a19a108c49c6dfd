import { describe, it } from 'vitest';
import { kubernetesLines } from './command-lines.ts';
import { judged } from './judged.ts';

describe('with a fault at any call', () => {
  for (const line of kubernetesLines) it(`${line.name} ends well, or with one clear error`, judged(line), 120_000);
});
