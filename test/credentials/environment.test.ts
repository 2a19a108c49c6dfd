import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chain } from '../../src/credentials/chain.ts';
import { environmentSources } from '../../src/credentials/environment.ts';
import { readFamilies } from '../../src/credentials/key-variables.ts';
import type { Credentials } from '../../src/credentials/provider.ts';
import { messageOf, ToolError } from '../../src/errors.ts';
import type { Env } from '../../src/io.ts';
import cases from '../cases/credentials/environment.json' with { type: 'json' };

const expiration = new Date('2026-01-01T00:00:00Z');
const issued = { accessKeyId: 'STS.x', accessKeySecret: 'issued-secret', securityToken: 'CAIS', expiration };
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'credentials-environment-'));
  await writeFile(join(home, 'token'), 'the.oidc.token\n');
});
afterAll(() => rm(home, { recursive: true }));

/** What the environment came to: static credentials, or what STS was asked. */
async function outcome(env: Env): Promise<Record<string, unknown>> {
  const calls: Record<string, unknown> = {};
  const sources = environmentSources({
    env,
    home,
    assumeRole: async (base, request) => {
      calls.assumed = { base: (await base()).accessKeyId, ...request };
      return issued;
    },
    assumeRoleWithOidc: async (request) => {
      calls.oidc = request;
      return issued;
    },
  });
  const credentials = await (await chain(sources)).provider();
  if (Object.keys(calls).length === 0) return { credentials };
  expect(credentials).toEqual(issued);
  return calls;
}

describe('credentials of the environment', () => {
  test.each(cases)('$name', async ({ env, expect: expected }) => {
    if (!('error' in expected)) {
      expect(await outcome(env as Env)).toEqual(expected);
      return;
    }
    const error = await outcome(env as Env).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({ code: expected.error, exitCode: 4 });
    for (const part of expected.names ?? []) expect(messageOf(error)).toContain(part);
    expect(JSON.stringify([messageOf(error), error])).not.toContain('PLANTED');
  });

  test('names every variable that was looked at when there is nothing', async () => {
    const error = await outcome({}).catch((thrown: unknown) => thrown);
    for (const family of readFamilies) {
      for (const name of [family.id, ...family.tokens]) expect(messageOf(error)).toContain(name);
    }
    expect(messageOf(error).split('\n')).toHaveLength(4);
  });

  test('never puts keys of two families together', async () => {
    const names = readFamilies.flatMap(({ id, secret, tokens }) => [id, secret, ...tokens]);
    const environments = fc.dictionary(fc.constantFrom(...names), fc.constantFrom('', 'x'));
    await fc.assert(
      fc.asyncProperty(environments, async (present) => {
        const env = Object.fromEntries(Object.keys(present).map((name) => [name, present[name] && name]));
        let credentials: Credentials;
        try {
          ({ credentials } = (await outcome(env)) as { credentials: Credentials });
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
          return;
        }
        const family = readFamilies.find(({ id }) => id === credentials.accessKeyId);
        expect(credentials.accessKeySecret).toBe(family?.secret);
        if (credentials.securityToken) expect(family?.tokens).toContain(credentials.securityToken);
      }),
    );
  });
});
