import { describe, expect, test } from 'vitest';
import { chain } from '../../src/credentials/chain.ts';
import type { Provider, Source } from '../../src/credentials/provider.ts';
import { ToolError } from '../../src/errors.ts';

const provider: Provider = async () => ({ accessKeyId: 'id', accessKeySecret: 'secret' });

function source(name: string, resolve: () => Promise<Provider | undefined>): Source {
  return { name, lookedAt: `nothing in ${name}`, resolve };
}

const absent = (name: string): Source => source(name, async () => undefined);
const never = source('never', async () => {
  throw new Error('a later source was looked at');
});

describe('chain', () => {
  test('gives the first source that is configured and looks at no later one', async () => {
    const configured = source('b', async () => provider);
    expect(await chain([absent('a'), configured, never])).toEqual({ source: configured, provider });
  });

  test('stops at a source that is configured and broken', async () => {
    const broken = new ToolError('CREDENTIALS_SOURCE_BROKEN', 'broken');
    const sources = [absent('a'), source('b', () => Promise.reject(broken)), source('c', async () => provider)];
    await expect(chain(sources)).rejects.toBe(broken);
  });

  test('says in one line for each source what was looked at when none is configured', async () => {
    const error = await chain([absent('a'), absent('b')]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'CREDENTIALS_NOT_FOUND',
      exitCode: 4,
      message: 'no credentials found; looked at\n  a: nothing in a\n  b: nothing in b',
      details: { lookedAt: ['a: nothing in a', 'b: nothing in b'] },
    });
  });

  test('says so when every source is switched off', async () => {
    await expect(chain([])).rejects.toMatchObject({
      code: 'CREDENTIALS_NOT_FOUND',
      message: expect.stringContaining('switched off'),
    });
  });
});
