import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const folder = new URL('.github/workflows/', root);
const { scripts, engines } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Job {
  uses?: string;
  needs?: string | string[];
  container?: string;
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  strategy?: { matrix: Record<string, unknown[]> };
  steps?: Step[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const texts = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
const workflows = new Map([...texts].map(([name, text]) => [name, parse(text, { strict: true }) as Workflow]));
const release = workflows.get('release.yml');

const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap(({ steps = [] }) => steps);
const runsOf = (workflow: Workflow): string[] => stepsOf(workflow).flatMap(({ run }) => run ?? []);

it('there are two workflows', () => {
  expect([...workflows.keys()].sort()).toEqual(['check.yml', 'release.yml']);
});

describe.each([...workflows])('%s', (name, workflow) => {
  it('may read the repository and nothing else, unless a job says so', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('runs only scripts that are there', () => {
    const text = runsOf(workflow).join('\n');
    for (const [, script = ''] of text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g))
      expect(scripts).toHaveProperty(script);
    if (/\bnpm test\b/.test(text)) expect(scripts).toHaveProperty('test');
    for (const [file] of text.matchAll(/\.ci\/[\w.-]+/g)) accessSync(new URL(file, root), constants.X_OK);
  });

  it('installs from the lock file, and runs the install script of nobody', () => {
    for (const run of runsOf(workflow)) {
      expect(run).not.toMatch(/\bnpm (?:i|install|add)\b|\bnpx\b|\bcurl\b|\bwget\b/);
      for (const [line] of run.matchAll(/npm ci\b.*/g)) expect(line).toContain('--ignore-scripts');
    }
  });

  it('pins what it uses to a commit, and says of which version', () => {
    const uses = [...(texts.get(name) ?? '').matchAll(/^ *(?:- )?uses: (.*)$/gm)].map(([, value = '']) => value);
    expect(uses.length).toBeGreaterThan(0);
    for (const value of uses)
      expect(value).toMatch(/^(?:\.\/\.github\/workflows\/[\w-]+\.yml|actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
  });

  it('puts no expression into a shell: values reach it as variables', () => {
    for (const run of runsOf(workflow)) expect(run).not.toContain('${{');
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
  });

  it('keeps no credentials of git, and ends a job that hangs', () => {
    for (const { uses, with: inputs } of stepsOf(workflow)) {
      if (uses?.startsWith('actions/checkout@')) expect(inputs).toMatchObject({ 'persist-credentials': false });
    }
    for (const job of Object.values(workflow.jobs)) {
      if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
    }
  });
});

describe('check.yml', () => {
  it('runs everything on every Node that is supported, the oldest included', () => {
    const job = workflows.get('check.yml')?.jobs.check;
    expect(job?.strategy?.matrix.node).toEqual([20, 22, 24]);
    expect(engines.node).toMatch(/^>=20\./);
    expect(job?.container).toBe('node:${{ matrix.node }}-bookworm');
    expect(job?.steps?.map(({ run }) => run)).toContain('.ci/run');
    const pipeline = readFileSync(new URL('.ci/run', root), 'utf8');
    expect(pipeline).toMatch(/^npm ci --ignore-scripts\b/m);
    expect(pipeline).toMatch(/\bnpm test\b/);
  });
});

describe('release.yml', () => {
  it('starts by a tag only, and publishes nothing that was not checked and tried', () => {
    expect(release?.on).toEqual({ push: { tags: ['v*'] } });
    const needs = (name: string): string[] =>
      [release?.jobs[name]?.needs ?? []].flat().flatMap((needed) => [needed, ...needs(needed)]);
    for (const name of ['npm', 'image', 'page'])
      expect(needs(name)).toEqual(expect.arrayContaining(['check', 'build', 'try']));
  });

  it('gives each job the one right that it needs', () => {
    const rights = Object.entries(release?.jobs ?? {}).flatMap(([name, { permissions = {} }]) =>
      Object.entries(permissions).map(([scope, access]) => `${name} ${scope} ${access}`),
    );
    expect(rights.filter((right) => right.endsWith(' write'))).toEqual([
      ...['npm id-token write', 'image packages write', 'page contents write'],
    ]);
  });

  it('hands a secret to the one step that needs it', () => {
    const withSecrets = Object.values(release?.jobs ?? {})
      .flatMap(({ steps = [] }) => steps)
      .filter(({ env = {} }) => Object.values(env).some((value) => value.includes('secrets.')));
    expect(withSecrets.map(({ run = '' }) => run.split(' ').slice(0, 2).join(' '))).toEqual([
      ...['npm publish', 'docker login', 'gh release'],
    ]);
    expect([...(texts.get('release.yml') ?? '').matchAll(/secrets\./g)]).toHaveLength(withSecrets.length);
  });

  it('reports what npm audit knows, and publishes with provenance', () => {
    const runs = release === undefined ? '' : runsOf(release).join('\n');
    expect(runs).toContain('npm audit || true');
    expect(runs).toMatch(/^npm publish --provenance /m);
  });

  it('tries every executable that it builds on a machine of its kind', () => {
    const built = /const platforms = (\[.*\]);/.exec(
      readFileSync(new URL('.ci/build-standalones.mjs', root), 'utf8'),
    )?.[1];
    const tried = release?.jobs.try?.strategy?.matrix.include as { platform: string }[];
    expect(tried.map(({ platform }) => platform.replace('.exe', ''))).toEqual(
      JSON.parse((built ?? '').replaceAll("'", '"')),
    );
  });
});
