import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/duration.ts';
import { type ExecRequest, execUser, formatGoDuration } from '../../src/kubernetes/kubeconfig-exec.ts';

const cases: { name: string; request: Partial<ExecRequest>; args: string }[] = JSON.parse(
  readFileSync(new URL('../cases/kubernetes/exec-arguments.json', import.meta.url), 'utf8'),
);

const request: ExecRequest = {
  clusterId: 'c1',
  mode: 'certificate',
  apiVersion: 'v1beta1',
  expirationMs: 10_800_000,
  cacheFolder: '~/cache',
  ignoreAliyunCli: false,
  ignoreEnvironment: false,
  more: [],
};

describe('the exec plugin of a kubeconfig', () => {
  it.each(cases)('is run with $name', ({ request: own, args }) => {
    expect(execUser({ ...request, ...own }).args.join(' ')).toBe(args);
  });

  it('never asks a question, and says how to get it', () => {
    expect(execUser({ ...request, apiVersion: 'v1' })).toMatchObject({
      command: 'ack-ram-tool',
      apiVersion: 'client.authentication.k8s.io/v1',
      provideClusterInfo: false,
      interactiveMode: 'Never',
      installHint: expect.stringContaining('install'),
    });
  });
});

describe('a duration as Go prints it', () => {
  it.each([
    [0, '0s'],
    [45_000, '45s'],
    [900_000, '15m0s'],
    [3_600_000, '1h0m0s'],
    [10_800_000, '3h0m0s'],
    [5_405_000, '1h30m5s'],
    [259_200_000, '72h0m0s'],
  ])('%i ms are %s', (ms, text) => {
    expect(formatGoDuration(ms)).toBe(text);
  });

  it('is read back as it was', () => {
    const seconds = fc.integer({ min: 0, max: 1e7 });
    fc.assert(fc.property(seconds, (n) => parseDuration(formatGoDuration(n * 1000)) === n * 1000));
  });
});
