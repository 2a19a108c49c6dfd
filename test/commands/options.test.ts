import { describe, expect, it } from 'vitest';
import { normalize } from '../../src/commands/normalize.ts';
import { readFlags } from '../../src/commands/options.ts';
import { table } from '../../src/commands/table.ts';
import type { Env } from '../../src/io.ts';

function read(argv: string[], env: Env = {}, home: string | undefined = '/home/me') {
  const { spec, flags } = normalize(argv, table);
  const warnings: string[] = [];
  if (spec === undefined) throw new Error('no such command');
  return { flags: readFlags(spec, flags, { env, home }, (message) => warnings.push(message)), warnings };
}

describe('readFlags', () => {
  it('lets a flag beat its variable, false included', () => {
    const env = { ACK_RAM_TOOL_ASSUME_YES: 'true', ACK_RAM_TOOL_LOG_LEVEL: 'error' };
    const { flags } = read(['rrsa', 'status', '-c', 'c1', '--assume-yes=false', '--log-level', 'debug'], env);
    expect(flags.boolean('assume-yes')).toBe(false);
    expect(flags.string('log-level')).toBe('debug');
  });

  it('lets a variable beat the default', () => {
    const { flags } = read(['rrsa', 'status', '-c', 'c1'], { ACK_RAM_TOOL_OUTPUT: 'JSON' });
    expect(flags.string('output')).toBe('json');
    expect(flags.string('log-level')).toBe('info');
  });

  it('takes the last of a flag given twice', () => {
    expect(read(['rrsa', 'status', '-c', 'a', '-c', 'b']).flags.required('cluster-id')).toBe('b');
  });

  it('takes listed values in any case', () => {
    expect(read(['rrsa', 'status', '-c', 'c1', '--log-level=ERROR']).flags.string('log-level')).toBe('error');
  });

  it('refuses another value of a flag', () => {
    expect(() => read(['rrsa', 'status', '-c', 'c1', '-o', 'xml'])).toThrow(
      '"xml" is no value for --output: use text or json',
    );
    expect(() => read(['export-credentials', '-f', 'bogus'])).toThrow('"bogus" is no value for --format');
  });

  it('warns about a variable that it cannot use, and ignores it', () => {
    const { flags, warnings } = read(['rrsa', 'status', '-c', 'c1'], {
      ACK_RAM_TOOL_ASSUME_YES: 'maybe',
      ACK_RAM_TOOL_OUTPUT: 'xml',
    });
    expect(flags.boolean('assume-yes')).toBe(false);
    expect(flags.string('output')).toBe('text');
    expect(warnings).toHaveLength(2);
  });

  it('counts an empty variable as unset', () => {
    expect(read(['rrsa', 'status', '-c', 'c1'], { ACK_RAM_TOOL_OUTPUT: '' }).flags.string('output')).toBe('text');
  });

  it('names every required flag that is missing', () => {
    expect(() => read(['rrsa', 'associate-role', '-c', 'c1'])).toThrow(
      '--role-name, --namespace, --service-account are required',
    );
    expect(() => read(['rrsa', 'status', '--cluster-id='])).toThrow('--cluster-id is required');
  });

  it('refuses a duration without a unit', () => {
    expect(() => read(['rrsa', 'enable', '-c', 'c1', '--timeout', '15'])).toThrow('"15" is no duration for --timeout');
  });

  it.each([
    ['rrsa', 'enable', '-c', 'c1', '--timeout', '0s'],
    ['rrsa', 'doctor', '-c', 'c1', '--timeout', '0h0m'],
    ['rrsa', 'demo', '--interval', '0ns'],
    ['utils', 'test-ecs-metadata', '--interval', '0s'],
  ])('refuses to wait for no time at all: %s %s %s %s %s %s', (...argv) => {
    expect(() => read(argv)).toThrow(/^--(timeout|interval) must be more than nothing$/);
  });

  it('takes 0s where it has a meaning', () => {
    expect(read(['get-kubeconfig', '-c', 'c1', '--expiration', '0s']).flags.durationMs('expiration')).toBe(0);
  });

  it('expands a leading tilde of a path', () => {
    const argv = ['sandbox', 'start', '--seed', '~/seed.yaml'];
    expect(read(argv).flags.path('seed')).toBe('/home/me/seed.yaml');
    expect(read(argv).flags.path('access-log')).toBeUndefined();
  });

  it('keeps every value of a flag that may be repeated', () => {
    const argv = ['rrsa', 'dissociate-role', '-c', 'c1', '-r', 'r'];
    const { flags } = read([...argv, '--detach-system-policy', 'A', '--detach-system-policy=B']);
    expect(flags.strings('detach-system-policy')).toEqual(['A', 'B']);
    expect(flags.strings('detach-custom-policy')).toEqual([]);
  });
});
