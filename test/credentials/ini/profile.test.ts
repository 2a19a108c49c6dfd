import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatCredentialFileIni } from '../../../src/credentials/formats/credential-file-ini.ts';
import cases from '../../cases/credentials/ini.json' with { type: 'json' };
import { failure, newHome, outcome, put } from '../profile-harness.ts';

const home = newHome();
put(home, 'token', 'the.oidc.token\n');

describe('a profile of the credentials file', () => {
  test.each(cases)('$name', async ({ lines, env = {}, expect: expected }) => {
    const file = put(home, '.alibabacloud/credentials', ['[default]', ...lines].join('\n'));
    if (!('error' in expected)) {
      expect(JSON.parse(JSON.stringify(await outcome(home, { env })))).toEqual(expected);
      return;
    }
    const error = await failure(outcome(home, { env }));
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
    expect(error.message).toContain(`profile "default" of ${file}`);
    expect(error.message).toContain(expected.error);
  });

  test.skipIf(process.platform === 'win32')('of type external runs the program', async () => {
    const program = put(home, 'program', '#!/bin/sh\necho \'{"access_key_id":"id","access_key_secret":"secret"}\'\n');
    chmodSync(program, 0o700);
    put(home, '.alibabacloud/credentials', `[default]\ntype = external\nprocess_command = ${program} "a b"\n`);
    const { credentials } = await outcome(home, { env: { PATH: process.env.PATH } });
    expect(credentials).toEqual({ accessKeyId: 'id', accessKeySecret: 'secret' });
  });

  test('that our own export has written is read back', async () => {
    for (const securityToken of [undefined, 'CAIS/token+==']) {
      const credentials = { accessKeyId: 'STS.id', accessKeySecret: 'a+b/c=', ...(securityToken && { securityToken }) };
      put(home, '.alibabacloud/credentials', formatCredentialFileIni(credentials));
      expect(await outcome(home)).toEqual({ credentials });
    }
  });

  test('that is switched off and asked for by name is broken', async () => {
    put(home, '.alibabacloud/credentials', '[old]\nenable = False\ntype = access_key\n');
    expect((await failure(outcome(home, { profileName: 'old' }))).message).toContain('enable switches it off');
  });
});
