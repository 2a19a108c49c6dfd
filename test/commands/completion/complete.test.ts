import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complete } from '../../../src/commands/completion/complete.ts';
import { normalize } from '../../../src/commands/normalize.ts';
import { flagsOf } from '../../../src/commands/table/flags.ts';
import { table } from '../../../src/commands/table.ts';

/** Values of candidates that begin like the last word, as a shell would offer them. */
function offered(...words: string[]): string[] {
  const completion = complete(words, table);
  if (completion.kind !== 'words') throw new Error(`${completion.kind} instead of words`);
  return completion.candidates.map(({ value }) => value).filter((value) => value.startsWith(words.at(-1) ?? ''));
}

describe('words of commands', () => {
  it('are the groups and commands, then what is below them', () => {
    expect(offered('')).toEqual(
      expect.arrayContaining(['rrsa', 'export-credentials', 'completion', 'version', 'help']),
    );
    expect(offered('rr')).toEqual(['rrsa']);
    expect(offered('rrsa', 'ass')).toEqual(['associate-role', 'assume-role']);
    expect(offered('cache', '')).toEqual(['clear']);
  });

  it('come with the summaries of the help', () => {
    const completion = complete(['auth', ''], table);
    expect(completion).toEqual({
      kind: 'words',
      candidates: [{ value: 'whoami', description: 'show who the credentials belong to' }],
    });
  });

  it('follow flags and their values', () => {
    expect(offered('-c', 'x', 'rrsa', '--verbose', 'sta')).toEqual(['status']);
    expect(offered('--region-id=cn-x', '-y', 'rrsa', 'sta')).toEqual(['status']);
    expect(offered('-yc', 'x', 'rrsa', 'sta')).toEqual(['status']);
  });

  it('follow help as well, which has a word of its own', () => {
    expect(offered('help', '')).toEqual(expect.arrayContaining(['rrsa', 'permissions', 'version']));
    expect(offered('help', 'rrsa', 'sta')).toEqual(['status']);
    expect(offered('help', 'rrsa', 'status', '')).toEqual([]);
    expect(offered('help', 'permissions', '-')).toContain('--output');
  });

  it('end behind a word that the tool would refuse', () => {
    expect(offered('rrsa', 'nothing', '')).toEqual([]);
    expect(offered('nothing', 'rrsa', '')).toEqual([]);
    expect(offered('rrsa', '--nothing', '')).toEqual([]);
    expect(offered('--', '')).toEqual([]);
  });

  it('hide what the scripts ask', () => {
    expect(offered('_')).toEqual([]);
  });
});

describe('flags', () => {
  it('are those of the command', () => {
    expect(offered('rrsa', 'status', '--c')).toEqual(['--cluster-id', '--credential-type', '--cache', '--cs-endpoint']);
    expect(offered('version', '--cl')).toEqual([]);
    expect(offered('rrsa', 'status', '-')).toEqual(expect.arrayContaining(['--help', '-h', '-c', '-o', '--output']));
  });

  it('are those of all commands that may follow', () => {
    expect(offered('--cluster')).toEqual(['--cluster-id']);
    expect(offered('cache', '--cluster')).toEqual([]);
    expect(offered('--vers')).toEqual(['--version']);
    expect(offered('rrsa', '--vers')).toEqual([]);
  });

  it('are offered once, unless they may be repeated', () => {
    expect(offered('rrsa', 'status', '-c', 'x', '--cluster')).toEqual([]);
    expect(offered('rrsa', 'status', '-cx', '--cluster')).toEqual([]);
    expect(offered('--cluster-id=x', 'rrsa', 'status', '--cluster')).toEqual([]);
    expect(offered('rrsa', 'status', '-vy', '--verb')).toEqual([]);
    const repeated = ['rrsa', 'associate-role', '--attach-system-policy', 'a', '--attach-system-p'];
    expect(offered(...repeated)).toEqual(['--attach-system-policy']);
  });

  it('are first those that are required', () => {
    expect(offered('rrsa', 'associate-role', '-c', 'x', '')).toEqual([
      '--role-name',
      '--namespace',
      '--service-account',
    ]);
    expect(offered('rrsa', 'status', '-c', 'x', '')).toContain('--output');
  });

  it('stay as they are when a word is made of their letters', () => {
    expect(offered('rrsa', 'status', '-vy')).toEqual(['-vy']);
    expect(offered('rrsa', 'status', '-c')).toEqual(['-c']);
    expect(offered('rrsa', 'status', '-?')).toEqual([]);
  });

  it('end behind --', () => {
    expect(offered('version', '--', '-')).toEqual([]);
  });
});

describe('values of flags', () => {
  it('are their choices, in every form of writing them', () => {
    expect(offered('rrsa', 'status', '-o', '')).toEqual(['text', 'json']);
    expect(offered('rrsa', 'status', '--output=j')).toEqual(['--output=json']);
    expect(offered('rrsa', 'status', '-oj')).toEqual(['-ojson']);
    expect(offered('rrsa', 'status', '-o=j')).toEqual(['-o=json']);
    expect(offered('rrsa', 'status', '-yo', 'j')).toEqual(['json']);
    expect(offered('--log-level', 'war')).toEqual(['warn', 'warning']);
    expect(offered('version', '--verbose=')).toEqual(['--verbose=true', '--verbose=false']);
    expect(offered('rrsa', 'list-associations', '-o', 'y')).toEqual(['yaml']);
  });

  it.each([
    [['rrsa', 'plan', '-f', 'x'], 'files', ''],
    [['rrsa', 'plan', '--file=x'], 'files', '--file='],
    [['rrsa', 'plan', '-fx'], 'files', '-f'],
    [['--profile-file', ''], 'files', ''],
    [['export-credentials', '--credential-cache-dir', ''], 'words', undefined],
    [['credential-plugin', 'get-credential', '--credential-cache-dir', ''], 'folders', ''],
    [['rrsa', 'associate-role', '--policy-document', 'a=./b'], 'files', 'a='],
    [['rrsa', 'associate-role', '--policy-document=a=./b'], 'files', '--policy-document=a='],
    [['rrsa', 'associate-role', '--policy-document', 'a'], 'words', undefined],
  ])('of %j are %s', (words, kind, prefix) => {
    expect(complete(words, table)).toMatchObject({ kind, ...(prefix === undefined ? {} : { prefix }) });
  });

  it.each([
    [['rrsa', 'status', '-c', ''], 'clusters', ''],
    [['-c', ''], 'clusters', ''],
    [['rrsa', 'status', '--cluster-id=c8'], 'clusters', '--cluster-id='],
    [['rrsa', 'associate-role', '-rx'], 'roles', '-r'],
    [['auth', 'whoami', '--profile-name', ''], 'profiles', ''],
    [['rrsa', 'setup-addon', '-a', ''], 'addons', ''],
  ])('of %j are looked up: %s', (words, of, prefix) => {
    expect(complete(words, table)).toMatchObject({ kind: 'live', of, prefix });
  });

  it('are looked up with the flags given so far', () => {
    const words = ['--profile-name', 'p', 'rrsa', '--cache', 'status', '--region-id=cn-x', '-c', ''];
    expect(complete(words, table)).toMatchObject({
      given: [
        { name: 'profile-name', value: 'p' },
        { name: 'cache', value: 'true' },
        { name: 'region-id', value: 'cn-x' },
      ],
    });
  });

  it('are not looked up for a command that does not talk to the cloud', () => {
    expect(offered('sandbox', 'token', '-c', '')).toEqual([]);
  });

  it('are nothing where anything may stand', () => {
    expect(offered('rrsa', 'associate-role', '-n', '')).toEqual([]);
    expect(offered('rrsa', 'associate-role', '--timeout', '')).toEqual([]);
  });
});

describe('arguments', () => {
  it('of completion are the shells', () => {
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish', 'powershell']);
    expect(offered('completion', 'bash', '')).toEqual([]);
  });

  it.each([
    [['export-credentials', ''], 1],
    [['export-credentials', 'terr'], 1],
    [['export-credentials', 'terraform', ''], 1],
    [['export-credentials', '--', ''], 2],
    [['export-credentials', '--', '-x'], 2],
    [['export-credentials', '--refresh', '--', 'terraform', '-'], 3],
    [['--cache', 'export-credentials', '--duration', '1h', 'terraform', 'apply', ''], 4],
    [['sandbox', 'run', '--', 'npm', 't'], 3],
  ])('of %j are the command line of a child, from word %i on', (words, at) => {
    expect(complete(words, table)).toEqual({ kind: 'child', at });
  });
});

describe('any command line', () => {
  const word = fc.oneof(
    fc.constantFrom(...table.commands.flatMap(({ path }) => path), '--', '-', '', '=', '-c', '-yc', '--output=', '-o='),
    fc.constantFrom(...table.commands.flatMap((spec) => flagsOf(spec).map(({ name }) => `--${name}`))),
    fc.string({ maxLength: 8 }),
  );

  it('gets an answer', () => {
    fc.assert(fc.property(fc.array(word, { maxLength: 8 }), (words) => void complete(words, table)));
  });

  it('that begins with a candidate is one that the tool reads the same way', () => {
    for (const spec of table.commands) {
      const completion = complete([...spec.path, '--'], table);
      const flags = flagsOf(spec).map(({ name, kind }) => `--${name}${kind === 'boolean' ? '' : '=v'}`);
      expect(completion.kind).toBe('words');
      if (completion.kind !== 'words') continue;
      const values = completion.candidates.map(({ value }) => value);
      expect(values).toEqual([...flags.map((flag) => flag.replace(/=v$/, '')), '--help']);
      expect(() => normalize([...spec.path, ...flags], table)).not.toThrow();
    }
  });
});
