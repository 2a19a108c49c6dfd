/** The pictures of README, made from real runs on a sandbox. `npm run record` draws them anew. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/output/table.ts';
import { healthyObjects } from '../support/injected-pod.ts';
import { startedObjectServer } from '../support/kubernetes-objects.ts';
import { pictureColumns, terminalPicture } from '../support/terminal-picture.ts';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';
import { readXml } from '../support/xml.ts';

const folder = fileURLToPath(new URL('../../.github/pictures', import.meta.url));
const mostBytes = 60_000;
/** Rows of output that a step of the tour has in its picture. */
const mostRows = 7;

const account = '1000000000000001';
const clusterId = 'c86fddxxxx';
const home = scratchFolder();
const look = { HOME: home, LANG: 'C.UTF-8', TZ: 'UTC', FORCE_COLOR: '1' };

const trusting = (namespace: string, ...names: string[]) => ({
  Version: '1',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Federated: [`\${providerArn:${clusterId}}`] },
      Condition: {
        StringEquals: {
          'oidc:iss': `\${issuer:${clusterId}}`,
          'oidc:aud': 'sts.aliyuncs.com',
          'oidc:sub': names.map((name) => `system:serviceaccount:${namespace}:${name}`),
        },
      },
    },
  ],
});

const seed = {
  apiVersion: 'ack-ram-tool/v1',
  kind: 'SandboxSeed',
  accounts: [
    {
      id: account,
      users: [
        { name: 'admin', accessKeyId: 'LTAIadmin', accessKeySecret: 's', systemPolicies: ['AdministratorAccess'] },
      ],
      roles: [
        {
          name: 'oss-reader',
          trustPolicy: trusting('app', 'reports', 'nightly'),
          systemPolicies: ['AliyunOSSReadOnlyAccess'],
        },
        { name: 'queue-writer', trustPolicy: trusting('jobs', 'worker') },
      ],
      clusters: [{ id: clusterId, name: 'foo', rrsa: true, addons: ['ack-pod-identity-webhook'] }],
    },
  ],
};

const associations = `apiVersion: ack-ram-tool/v1
kind: RrsaAssociations
clusterId: ${clusterId}
roles:
  - name: oss-reader
    serviceAccounts:
      - { namespace: app, name: reports }
      - { namespace: app, name: reader }
    systemPolicies: [AliyunOSSReadOnlyAccess]
  - name: queue-writer
    serviceAccounts: [{ namespace: jobs, name: worker }]
  - name: log-shipper
    create: true
    serviceAccounts: [{ namespace: "team-*", name: shipper }]
    systemPolicies: [AliyunLogReadOnlyAccess]
`;

const write = (name: string, text: string): string => {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
};

/** What is another one in every run, as one that is always the same. */
function settled(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:40000')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)/g, '2026-01-01T08:00:00$1')
    .replace(/\b[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}\b/g, '5B2C7C1E-0000-4000-8000-000000000000')
    .replace(/STS\.\w+(?:\*\*\*)?/g, 'STS.NTxx***')
    .replace(/(AccessKeySecret:|SecurityToken:)( +)\S+/g, '$1$2***');
}

const green = (text: string): string => `\x1b[32m${text}\x1b[39m`;
const withoutCodes = (text: string): string => text.replace(/\x1b\[\d*m/g, '');

/** Each step of the tour: all of its words and its command, and of what came back the beginning. */
function shortened(tour: string): string {
  const kept: string[] = [];
  let rows = 0;
  for (const line of tour.split('\n')) {
    const isOutput = !/^\x1b\[(?:1m\d+\. |36m(?:pod )?\$ |2m\()|^$/.test(line);
    rows = isOutput ? rows + Math.max(1, Math.ceil(columnsOf(withoutCodes(line)) / pictureColumns)) : 0;
    if (rows <= mostRows) kept.push(line);
    else if (kept.at(-1) !== '\x1b[2m  …\x1b[22m') kept.push('\x1b[2m  …\x1b[22m');
  }
  return kept.join('\n');
}

async function expectPicture(file: string, title: string, text: string): Promise<void> {
  const svg = terminalPicture(title, settled(text));
  expect([...new Set(readXml(svg).elements)].sort()).toEqual([
    'circle',
    'rect',
    'style',
    'svg',
    'text',
    'title',
    'tspan',
  ]);
  expect(Buffer.byteLength(svg)).toBeLessThan(mostBytes);
  await expect(svg).toMatchFileSnapshot(join(folder, file));
}

describe('the pictures of README are what the tool shows', async () => {
  const server = await startedObjectServer();
  const sandbox = await startedSandbox(['--seed', write('seed.yaml', JSON.stringify(seed))]);
  const env = { ...sandbox.env, ...look };
  const providerArn = `acs:ram::${account}:oidc-provider/ack-rrsa-${clusterId}`;
  write('associations.yaml', associations);
  write('kubeconfig', server.kubeconfig);
  Object.assign(server.objects, healthyObjects({ roleArn: `acs:ram::${account}:role/oss-reader`, providerArn }));

  const shown = async (line: string, exitCode: number): Promise<string> => {
    const result = await runTool(line.split(' '), { env, cwd: home });
    expect(result.exitCode, result.stdout + result.stderr).toBe(exitCode);
    return `${green('$')} ack-ram-tool ${line}\n${result.stdout}`;
  };

  it('plan', async () => {
    const text = await shown('rrsa plan -f associations.yaml --prune', 0);
    await expectPicture('plan.svg', 'ack-ram-tool rrsa plan: what would change, as a diff', text);
  });

  it('doctor', async () => {
    const text = await shown(`rrsa doctor -c ${clusterId} -r oss-reader -n app -s reader --kubeconfig kubeconfig`, 3);
    await expectPicture('doctor.svg', 'ack-ram-tool rrsa doctor: the chain, its broken link and the cure', text);
  });

  it('tour', async () => {
    const { stdout, exitCode } = await runTool(['sandbox', 'tour'], { env: look });
    expect(exitCode, stdout).toBe(0);
    const [steps = ''] = stdout.split(/\n(?=[^\n]*That is the whole story)/);
    const text = `${green('$')} ack-ram-tool sandbox tour\n${shortened(settled(steps))}`;
    await expectPicture('tour.svg', 'ack-ram-tool sandbox tour: RRSA from nothing to credentials', text);
  }, 90_000);
});

it('README shows each of them, and there is no other', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const shown = [...readme.matchAll(/\]\(\.github\/pictures\/([^)]+)\)/g)].map(([, file]) => file);
  expect(shown.sort()).toEqual(['doctor.svg', 'plan.svg', 'tour.svg']);
  expect(readdirSync(folder).sort()).toEqual(shown);
});

describe('drawing a terminal', () => {
  it('keeps every character of the text as text', () => {
    const hostile = '</text><script>alert("&amp;")</script> \x1b[31m漢 ]]>\x1b[39m';
    const { elements, text } = readXml(terminalPicture('a <b> & "c"', hostile));
    expect(elements).not.toContain('script');
    expect(text.replace(/\s/g, '')).toContain('</text><script>alert("&amp;")</script>漢]]>'.replace(/\s/g, ''));
  });

  it.each(['a\x1b[5mb', 'a\x1b[2Jb', 'a\rb'])('draws no %j', (text) => {
    expect(() => terminalPicture('', text)).toThrow('no picture has');
  });

  it.each([
    ['<a><b></a></b>', 'a wrong end'],
    ['<a>', 'no end of a'],
    ['<a/><b/>', 'a second root'],
    ['<a>&b</a>', 'must be escaped'],
    ['<a>\x01</a>', 'must be escaped'],
    ['<a b="1" b="2"/>', 'an attribute twice'],
    ['<a b=1/>', 'no XML'],
    ['<a/>b', 'outside of the root'],
  ])('and reading %s finds %s', (source, fault) => {
    expect(() => readXml(source)).toThrow(fault);
  });
});
