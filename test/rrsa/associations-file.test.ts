import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AssociationsFile,
  formatAssociationsFile,
  parseAssociationsFile,
  type RoleAssociations,
} from '../../src/rrsa/associations-file.ts';
import cases from '../cases/rrsa/associations-file.json' with { type: 'json' };
import { errorOf } from './fakes.ts';

const problemOf = async (text: string): Promise<string> => {
  const error = await errorOf(parseAssociationsFile(text, 'a.yaml'));
  expect(error.code).toBe('FILE_INVALID');
  return error.message;
};

const full = `# what the reports need
apiVersion: ack-ram-tool/v1
kind: RrsaAssociations
clusterId: c86fdd
helperAddon: true
roles:
  - name: oss-reader
    create: true
    description: reads the reports bucket
    maxSessionDuration: 1h30m
    serviceAccounts:
      - { namespace: reports, name: reader }
      - { namespace: "team-*", name: reader }
    systemPolicies: [AliyunOSSReadOnlyAccess]
    customPolicies: []
    policyDocuments: { reports-read: ./reports-read.json }
  - name: other
    serviceAccounts: []
`;

describe('an associations file', () => {
  it('is read as it is documented, and what is absent has its default', async () => {
    expect(await parseAssociationsFile(full, 'a.yaml')).toEqual({
      clusterId: 'c86fdd',
      helperAddon: true,
      roles: [
        {
          name: 'oss-reader',
          create: true,
          description: 'reads the reports bucket',
          maxSessionDurationSeconds: 5400,
          serviceAccounts: [
            { namespace: 'reports', name: 'reader' },
            { namespace: 'team-*', name: 'reader' },
          ],
          systemPolicies: ['AliyunOSSReadOnlyAccess'],
          customPolicies: [],
          policyDocuments: [{ name: 'reports-read', path: './reports-read.json', place: 'a.yaml:16:38' }],
        },
        {
          name: 'other',
          create: false,
          description: undefined,
          maxSessionDurationSeconds: undefined,
          serviceAccounts: [],
          systemPolicies: [],
          customPolicies: [],
          policyDocuments: [],
        },
      ],
    });
  });

  it('may be JSON, have Windows line ends and a byte order mark', async () => {
    const model = await parseAssociationsFile(full, 'a.yaml');
    expect(await parseAssociationsFile(`\uFEFF${full.replaceAll('\n', '\r\n')}`, 'a.yaml')).toEqual(model);
    const json = { apiVersion: 'ack-ram-tool/v1', kind: 'RrsaAssociations', clusterId: 'c1', roles: [] };
    expect(await parseAssociationsFile(JSON.stringify(json), 'a.json')).toMatchObject({ clusterId: 'c1', roles: [] });
  });

  it('may use aliases for what is the same', async () => {
    const text = full
      .replace('serviceAccounts: []', 'serviceAccounts: [*r]')
      .replace('- { namespace: r', '- &r { namespace: r');
    const { roles } = await parseAssociationsFile(text, 'a.yaml');
    expect(roles[1]?.serviceAccounts).toEqual([{ namespace: 'reports', name: 'reader' }]);
  });

  it.each(cases)('is refused with line and column: $name', async ({ text, error }) => {
    const problem = await problemOf(text);
    expect(problem.slice(0, error.length)).toBe(error);
    expect(problem).not.toContain('\n');
  });

  it('is refused when it is larger than 1 MiB', async () => {
    expect(await problemOf(`${full}#${'x'.repeat(1024 * 1024)}`)).toBe('a.yaml:1:1: the file is larger than 1 MiB');
    expect(await problemOf(`${full}#${'é'.repeat(600 * 1024)}`)).toBe('a.yaml:1:1: the file is larger than 1 MiB');
  });

  it('is refused when its aliases or brackets would take all memory or stack', async () => {
    const head = 'apiVersion: ack-ram-tool/v1\nkind: RrsaAssociations\nclusterId: c1\n';
    const names = Array.from({ length: 9 }, (_, index) => `x${index}`);
    const bomb = names.map(
      (name, index) =>
        `&${name} [${Array(9)
          .fill(index === 0 ? '1' : `*x${index - 1}`)
          .join(', ')}]`,
    );
    expect(await problemOf(`${head}roles: [${bomb.join(', ')}]\n`)).toMatch(
      /^a\.yaml:4:\d+: roles\[0] is not a mapping/,
    );
    const many = Array.from({ length: 2000 }, (_, index) => `  - { name: r${index}, serviceAccounts: *all }`);
    const accounts = Array.from({ length: 2000 }, (_, index) => `{ namespace: n, name: s${index} }`);
    const wide = `${head}roles:\n  - name: first\n    serviceAccounts: &all [${accounts.join(', ')}]\n${many.join('\n')}\n`;
    expect(await problemOf(wide)).toMatch(/too (?:large|many)/);
    expect(await problemOf('['.repeat(200_000))).toMatch(/^a\.yaml:\d+:\d+: /);
    expect(await problemOf('{a: '.repeat(100_000))).toMatch(/^a\.yaml:\d+:\d+: /);
  });

  it('never makes anything but FILE_INVALID of any text', async () => {
    const piece = fc.constantFrom(
      ...full.split(/(?<=\s)/),
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '!!str ',
      '? ',
      '| ',
      '"',
      '\t',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), async (pieces) => {
        await parseAssociationsFile(pieces.join(''), 'a.yaml').catch((error: { code?: string; message: string }) => {
          expect(error.code, error.message).toBe('FILE_INVALID');
          expect(error.message).toMatch(/^a\.yaml:\d+:\d+: /);
        });
      }),
      { numRuns: 400 },
    );
  });
});

describe('formatAssociationsFile', () => {
  const word = fc.stringMatching(/^[a-z0-9*?]([-a-z0-9*?]{0,8}[a-z0-9*?])?$/);
  const awkward = fc.constantFrom('on', 'true', 'null', 'no', '1', '1e3', '0x1', 'y', '12-5');
  const policyName = fc.oneof(awkward, fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/));
  const policyNames = fc.uniqueArray(policyName, { maxLength: 3 });
  const role: fc.Arbitrary<RoleAssociations> = fc.record({
    name: fc.oneof(awkward, fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.@-]{0,20}$/)),
    create: fc.boolean(),
    description: fc.option(fc.string({ unit: 'binary', maxLength: 40 }), { nil: undefined }),
    maxSessionDurationSeconds: fc.option(fc.integer({ min: 3600, max: 43_200 }), { nil: undefined }),
    serviceAccounts: fc.uniqueArray(fc.record({ namespace: word, name: fc.oneof(awkward, word) }), {
      minLength: 1,
      maxLength: 4,
      selector: ({ namespace, name }) => `${namespace}/${name}`,
    }),
    systemPolicies: policyNames,
    customPolicies: policyNames,
    policyDocuments: fc
      .uniqueArray(policyName, { maxLength: 2 })
      .map((names) => names.map((name) => ({ name, path: `./${name} "x".json` }))),
    comments: fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 2 }),
  });
  const anyModel: fc.Arbitrary<AssociationsFile> = fc.record({
    clusterId: fc.oneof(awkward, fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,20}$/)),
    helperAddon: fc.boolean(),
    roles: fc.uniqueArray(role, { maxLength: 4, selector: ({ name }) => name }),
    comments: fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 2 }),
  });
  const facts = ({ comments: _file, ...model }: AssociationsFile) => ({
    ...model,
    roles: model.roles.map(({ comments: _role, policyDocuments, ...rest }) => ({
      ...rest,
      policyDocuments: policyDocuments.map(({ name, path }) => ({ name, path })),
    })),
  });

  it('gives a text that is read as the same model, whatever stands in it', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, async (model) => {
        const text = formatAssociationsFile(model);
        expect(facts(await parseAssociationsFile(text, 'a.yaml'))).toEqual(facts(model));
        expect(formatAssociationsFile(await parseAssociationsFile(text, 'a.yaml'))).toBe(
          text.replace(/^ *#.*\n/gm, ''),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('writes what a person would write, with a line for each comment', async () => {
    const { roles, ...rest } = await parseAssociationsFile(full, 'a.yaml');
    const [first, second] = roles;
    const model = { ...rest, roles: [first, second].flatMap((found) => (found ? [found] : [])) };
    if (model.roles[1]) model.roles[1] = { ...model.roles[1], comments: ['Statement[2] also asks for\nan address'] };
    expect(formatAssociationsFile(model)).toBe(`apiVersion: ack-ram-tool/v1
kind: RrsaAssociations
clusterId: c86fdd
helperAddon: true
roles:
  - name: oss-reader
    create: true
    description: "reads the reports bucket"
    maxSessionDuration: 1h30m
    serviceAccounts:
      - { namespace: reports, name: reader }
      - { namespace: "team-*", name: reader }
    systemPolicies: [AliyunOSSReadOnlyAccess]
    customPolicies: []
    policyDocuments: { reports-read: "./reports-read.json" }
  - name: other
    serviceAccounts: []
      # Statement[2] also asks for an address
    systemPolicies: []
    customPolicies: []
`);
  });
});
