import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/tool.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(root, 'Dockerfile'), 'utf8');

/** The instructions of each stage, comments and continuation lines taken away. */
const stages = text
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split(/^(?=FROM )/m)
  .map((stage) => stage.split('\n').filter((line) => line !== ''))
  .filter((stage) => stage.length > 0);
const last = stages.at(-1) ?? [];

describe('the Dockerfile', () => {
  it('has nothing that its linter would say of it', () => {
    expect(validate(text, {}).map(({ message }) => message)).toEqual([]);
    expect(validate(text.replace('ENTRYPOINT [', 'ENTRYPONT ['), {})).not.toEqual([]);
  });

  it('builds in one stage and runs nothing in the other', () => {
    expect(stages.map(([from = '']) => from.replace(/^FROM (?:--platform=\S+ )?/, ''))).toEqual([
      'node:22-slim AS build',
      'node:22-slim',
    ]);
    expect(last.filter((line) => /^(?:RUN|ADD) /.test(line))).toEqual([]);
  });

  it('starts the tool, so that `args` are its command line, as a user that is a number above 0', () => {
    expect(last).toContain('ENTRYPOINT ["/usr/local/bin/ack-ram-tool"]');
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
  });

  it('says what it is', () => {
    for (const label of ['title', 'description', 'licenses']) {
      expect(last.join('\n')).toContain(`org.opencontainers.image.${label}="`);
    }
  });

  it('fetches nothing but what the lock file names, and runs the install script of nobody', () => {
    const steps = stages.flat().filter((line) => line.startsWith('RUN '));
    expect(steps.filter((line) => /\b(?:curl|wget|git|npx)\b|https?:/.test(line))).toEqual([]);
    const fetching = steps.filter((line) => /\bnpm (?:ci|i|install)\b/.test(line) && !line.includes('--offline'));
    expect(fetching).toEqual(['RUN npm ci --ignore-scripts --no-audit --no-fund']);
  });

  it('is given only what the package is built of', () => {
    const [first, ...exceptions] = readFileSync(join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    for (const rule of exceptions) expect(rule).not.toMatch(/^[^!]|^!\*|node_modules|dist|test|\.git|\.env/);
  });

  it('builds, and its image runs on a read-only filesystem and ends on SIGTERM', { timeout: 120_000 }, async () => {
    const replay = join(root, '.ci/replay-dockerfile.mjs');
    const argv = [replay, '--node-modules', join(root, 'node_modules')];
    const { exitCode, stdout, stderr } = await runProgram(process.execPath, argv);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('run: sandbox tour\n');
    expect(stdout).toMatch(/the Dockerfile builds and its image runs\n$/);
  });
});
