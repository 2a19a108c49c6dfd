import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { chain } from '../../src/credentials/chain.ts';
import { type ProfileOptions, profileSources } from '../../src/credentials/profiles.ts';
import type { Credentials } from '../../src/credentials/provider.ts';
import { messageOf, ToolError } from '../../src/errors.ts';
import { sleepFor } from '../../src/io.ts';

export const now = Date.UTC(2026, 0, 1);
export const issued = {
  accessKeyId: 'STS.issued',
  accessKeySecret: 'issued-secret',
  securityToken: 'issued-token',
  expiration: new Date(now + 3_600_000),
};
export const issuedJson = {
  Code: 'Success',
  AccessKeyId: issued.accessKeyId,
  AccessKeySecret: issued.accessKeySecret,
  SecurityToken: issued.securityToken,
  Expiration: '2026-01-01T01:00:00Z',
};

/** A home folder that goes away with the test file. */
export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'profiles-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

export function put(home: string, path: string, content: string | Uint8Array): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** Options whose outside answers nothing, but for what a test overrides. */
export function profileOptions(home: string | undefined, overrides: Partial<ProfileOptions> = {}): ProfileOptions {
  const never = (what: string) => async (): Promise<never> => {
    throw new Error(`${what} was called`);
  };
  return {
    env: {},
    home,
    clock: { now: () => now, sleep: sleepFor, random: () => 0.5 },
    signal: new AbortController().signal,
    assumeRole: never('assumeRole'),
    assumeRoleWithOidc: never('assumeRoleWithOidc'),
    exchange: never('exchange'),
    readMetadata: never('readMetadata'),
    readTimeoutMs: 10_000,
    report: { debug: () => {}, warn: () => {} },
    ...overrides,
  };
}

/** The credentials of the first configured source. */
export async function credentialsOf(options: ProfileOptions): Promise<Credentials> {
  const { provider } = await chain(profileSources(options));
  return provider();
}

/** What the profile came to: the keys, or what was asked for them and of whom. */
export async function outcome(home: string, overrides: Partial<ProfileOptions> = {}): Promise<Record<string, unknown>> {
  const asked: Record<string, unknown> = {};
  const credentials = await credentialsOf(
    profileOptions(home, {
      assumeRole: async (base, request, where) => {
        const { accessKeyId, securityToken } = await base();
        const hop = { base: accessKeyId, ...(securityToken && { token: securityToken }), ...request, ...where };
        asked.roles = [...((asked.roles as unknown[]) ?? []), JSON.parse(JSON.stringify(hop))];
        return issued;
      },
      assumeRoleWithOidc: async (request, where) => {
        asked.oidc = JSON.parse(JSON.stringify({ ...request, ...where }));
        return issued;
      },
      readMetadata: async (path) => {
        asked.metadata = path;
        return path.endsWith('/') ? 'attached-role' : JSON.stringify(issuedJson);
      },
      exchange: async ({ method, url }) => {
        asked.exchange = `${method} ${url}`;
        return { status: 200, headers: {}, body: JSON.stringify(issuedJson) };
      },
      ...overrides,
    }),
  );
  if (Object.keys(asked).length === 0) return { credentials };
  expect(credentials).toEqual(issued);
  return asked;
}

/** The error, after making sure that it is one of ours and holds nothing planted, in whatever part of it. */
export async function failure(work: Promise<unknown>): Promise<ToolError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ToolError)) throw error ?? new Error('it did not fail');
  const all: unknown[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    all.push(messageOf(at), at.stack, at instanceof ToolError ? [at.hint, at.details] : Object.entries(at));
  }
  expect(JSON.stringify(all)).not.toContain('PLANTED');
  return error;
}
