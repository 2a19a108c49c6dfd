import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli.ts';
import { helpContents } from '../../../src/commands/help/help-contents.ts';
import { helpText } from '../../../src/commands/help/page.ts';
import { normalize } from '../../../src/commands/normalize.ts';
import { permissionsOf } from '../../../src/commands/permissions/permissions-of.ts';
import { flagsOf } from '../../../src/commands/table/flags.ts';
import { table } from '../../../src/commands/table.ts';
import { memoryIo } from '../../support/memory-io.ts';

const pageOf = (...path: string[]): Promise<string> =>
  helpText(normalize([...path, '--help'], table), table, memoryIo());

/** The text without the line breaks of its layout. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');

describe.each(table.commands.map((spec) => [spec.path.join(' '), spec] as const))(
  'the help page of %s',
  async (_, spec) => {
    const page = await pageOf(...spec.path);

    it('has examples first, then what it does, its flags, its exit codes and its permissions', () => {
      const headings = [...page.matchAll(/^[A-Z][A-Za-z ]+(?=:| \()/gm)].map(([heading]) => heading);
      const own = spec.flags.length > 0 ? ['Flags'] : [];
      const permissions = spec.cloud ? ['RAM permissions'] : [];
      const wanted = ['Examples', 'Usage', ...own, 'Shared flags', 'Exit codes', ...permissions];
      expect(headings.filter((heading) => wanted.includes(heading))).toEqual(wanted);
      expect(page).toMatch(/^Examples:\n {2}\S/);
      for (const example of spec.examples) expect(page).toContain(`  ${example}\n`);
    });

    it('has a paragraph beside its summary', () => {
      const paragraph = helpContents(spec.path)?.paragraph ?? '';
      expect(paragraph.length).toBeGreaterThan(60);
      expect(flat(page)).toContain(flat(paragraph));
      expect(flat(page)).toContain(flat(spec.summary.slice(1)));
    });

    it('names every flag and every value that a flag may have', () => {
      const words = new Set(page.split(/[\s,;()]+/));
      for (const flag of flagsOf(spec)) {
        expect(words).toContain(`--${flag.name}`);
        for (const choice of flag.choices ?? []) expect(words, `--${flag.name}`).toContain(choice);
        for (const variable of flag.env ?? []) expect(words, `--${flag.name}`).toContain(variable);
      }
    });

    it('names every action that it may need', () => {
      const permissions = permissionsOf(spec.path)?.permissions ?? [];
      for (const { action } of permissions) expect(page).toContain(`  ${action} `);
    });

    it('fits into 100 columns, but for what is to be pasted', () => {
      const long = page.split('\n').filter((line) => line.length > 100 && !line.startsWith('  ack-ram-tool '));
      expect(long.filter((line) => !spec.examples.includes(line.trim()))).toEqual([]);
    });
  },
);

describe('help', () => {
  it.each([
    [['rrsa', 'stauts', '-c', 'c1'], 'unknown command "stauts"', '`ack-ram-tool rrsa status`'],
    [['credential-plugin', 'get-tokn'], 'unknown command "get-tokn"', '`ack-ram-tool credential-plugin get-token`'],
    [['rbca', 'scan-user-permissions'], 'unknown command "rbca"', '`ack-ram-tool rbac`'],
    [['help', 'rsra'], 'unknown command "rsra"', '`ack-ram-tool rrsa`'],
    [['help', 'sandbox', 'strat'], 'unknown command "strat"', '`ack-ram-tool sandbox start`'],
    [['rrsa', 'status', '--cluster-di', 'c1'], 'unknown flag --cluster-di', '`--cluster-id`'],
    [['rrsa', 'status', '--cluster-di=c1'], 'unknown flag --cluster-di', '`--cluster-id`'],
    [['--cluster-di', 'c1', 'rrsa', 'status'], 'unknown flag --cluster-di', '`--cluster-id`'],
    [['rrsa', 'status', '-c', 'c1', '--emit-polcy'], 'unknown flag --emit-polcy', '`--emit-policy`'],
    [['eci', 'create-role', '--rolename=x'], 'unknown flag --rolename', '`--role-name`'],
    [['doctor'], 'unknown command "doctor"', '`ack-ram-tool rrsa doctor`'],
    [['statu', '-c', 'c1'], 'unknown command "statu"', '`ack-ram-tool rrsa status`'],
    [['get-credentials'], 'unknown command "get-credentials"', '`ack-ram-tool rabbitmq get-credentials`'],
    [['rrsa', 'whoami'], 'unknown command "whoami"', '`ack-ram-tool auth whoami`'],
    [['help', 'permissons'], 'unknown command "permissons"', '`ack-ram-tool help permissions`'],
    [['--verson'], 'unknown flag --verson', '`--version`'],
    [['rrsa', '--hlep'], 'unknown flag --hlep', '`--help`'],
  ])('says of %j what was meant', async (argv, problem, meant) => {
    const io = memoryIo();
    expect(await main(argv, io)).toBe(2);
    expect(io.out()).toBe('');
    expect(io.err()).toContain(`error: ${problem}`);
    expect(io.err()).toContain(`hint: did you mean ${meant}?`);
  });

  it('of a group lists its commands', async () => {
    const page = await pageOf('credential-plugin');
    expect(page).toContain('Usage: ack-ram-tool credential-plugin COMMAND [flags]');
    for (const name of ['get-kubeconfig', 'get-credential', 'get-token'])
      expect(page).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(page).toContain('See `ack-ram-tool credential-plugin COMMAND --help`');
  });

  it('of the whole lists every group and command of the first level', async () => {
    const page = await pageOf();
    for (const name of new Set(table.commands.map(({ path }) => path[0]))) {
      expect(page).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
  });
});
