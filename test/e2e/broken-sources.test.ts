import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runTool, scratchFolder } from '../support/tool.ts';

const secret = 'planted-secret-never-to-be-shown';
let homes = 0;
const root = scratchFolder();

/** A home of its own, with the files given. */
function homeWith(files: Record<string, string>): string {
  const home = join(root, `home-${homes++}`);
  mkdirSync(home);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), text, { mode: 0o600 });
  }
  return home;
}

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: 'nothing' | { status: number; body: string; type?: string }): Promise<string> {
  const server = createServer((_request, response) => {
    if (answer === 'nothing') return;
    response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json' }).end(answer.body);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const cli = (...profiles: object[]): Record<string, string> => ({
  '.aliyun/config.json': JSON.stringify({ current: 'one', profiles }),
});
const profile = (mode: string, more: object): object => ({ name: 'one', mode, region_id: 'cn-hangzhou', ...more });
const keys = { access_key_id: 'LTAIplantedplanted01', access_key_secret: secret };

interface Case {
  name: string;
  files?: Record<string, string>;
  env?: Record<string, string>;
  argv?: string[];
  /** How the source is called in the message. */
  says: string[];
}

const silent = await serve('nothing');
const failing = await serve({ status: 500, body: JSON.stringify({ AccessKeySecret: secret }) });
const page = await serve({ status: 200, body: `<html>${secret}</html>`, type: 'text/html' });
const partial = await serve({ status: 200, body: JSON.stringify({ Code: 'Success', AccessKeySecret: secret }) });
const redirect = await serve({ status: 302, body: '' });

const cases: Case[] = [
  { name: 'a config.json that is a folder', files: { '.aliyun/config.json/x': '' }, says: ['config.json'] },
  {
    name: 'a config.json that is no JSON',
    files: { '.aliyun/config.json': `{"access_key_secret":"${secret}"` },
    says: ['config.json'],
  },
  { name: 'a config.json that is a list', files: { '.aliyun/config.json': `["${secret}"]` }, says: ['config.json'] },
  {
    name: 'a profile that nobody knows',
    files: cli(profile('AK', keys)),
    argv: ['--profile-name', 'two'],
    says: ['config.json', 'two', 'one'],
  },
  { name: 'a mode that nobody knows', files: cli(profile('Telepathy', keys)), says: ['mode', 'one'] },
  {
    name: 'a key that is missing',
    files: cli(profile('AK', { access_key_secret: secret })),
    says: ['access_key_id', 'one'],
  },
  {
    name: 'a mode that is not usable here',
    files: cli(profile('BearerToken', { bearer_token: secret })),
    says: ['BearerToken', 'one'],
  },
  {
    name: 'profiles that go round in a circle',
    files: cli(
      profile('ChainableRamRoleArn', {
        source_profile: 'two',
        ram_role_arn: 'acs:ram::1:role/a',
        ram_session_name: 'ab',
      }),
      {
        name: 'two',
        mode: 'ChainableRamRoleArn',
        source_profile: 'one',
        ram_role_arn: 'acs:ram::1:role/b',
        ram_session_name: 'ab',
      },
    ),
    says: ['one', 'two'],
  },
  {
    name: 'a helper that hangs',
    files: cli(profile('External', { process_command: `sh -c "echo ${secret}; sleep 600"` })),
    says: ['one'],
  },
  {
    name: 'a helper that fails',
    files: cli(profile('External', { process_command: `sh -c "echo ${secret}; echo ${secret} >&2; exit 1"` })),
    says: ['one'],
  },
  {
    name: 'a helper that prints garbage',
    files: cli(profile('External', { process_command: `echo ${secret}` })),
    says: ['one'],
  },
  {
    name: 'a helper that is not there',
    files: cli(profile('External', { process_command: '/no/such/helper' })),
    says: ['one'],
  },
  {
    name: 'a credentials URI of a profile that answers 500',
    files: cli(profile('CredentialsURI', { credentials_uri: `${failing}/${secret}` })),
    says: ['one'],
  },
  {
    name: 'a credentials URI that answers 500',
    env: { ALIBABA_CLOUD_CREDENTIALS_URI: `${failing}/${secret}` },
    says: ['127.0.0.1', '500'],
  },
  {
    name: 'a credentials URI that answers a web page',
    env: { ALIBABA_CLOUD_CREDENTIALS_URI: `${page}/${secret}` },
    says: ['127.0.0.1'],
  },
  {
    name: 'a credentials URI that answers half of it',
    env: { ALIBABA_CLOUD_CREDENTIALS_URI: `${partial}/${secret}` },
    says: ['127.0.0.1'],
  },
  {
    name: 'a credentials URI that redirects',
    env: { ALIBABA_CLOUD_CREDENTIALS_URI: `${redirect}/${secret}` },
    says: ['127.0.0.1', '302'],
  },
  {
    name: 'a credentials URI of another scheme',
    env: { ALIBABA_CLOUD_CREDENTIALS_URI: `file:///etc/${secret}` },
    says: ['ALIBABA_CLOUD_CREDENTIALS_URI'],
  },
  {
    name: 'a credentials URI that never answers',
    env: { ALIBABA_CLOUD_CREDENTIALS_URI: `${silent}/${secret}` },
    says: ['127.0.0.1'],
  },
  {
    name: 'metadata that never answers',
    argv: ['--credential-type', 'imds'],
    env: { ALIBABA_CLOUD_IMDS_ENDPOINT: silent },
    says: ['127.0.0.1'],
  },
  {
    name: 'metadata that answers 500',
    argv: ['--credential-type', 'imds'],
    env: { ALIBABA_CLOUD_IMDS_ENDPOINT: failing },
    says: ['metadata', '500'],
  },
  {
    name: 'an ini file without the section',
    files: { '.alibabacloud/credentials': `[other]\naccess_key_secret = ${secret}\n` },
    argv: ['--profile-name', 'mine'],
    says: ['credentials', 'mine'],
  },
  {
    name: 'an ini file that is none',
    files: { '.alibabacloud/credentials': `${secret}\n` },
    says: ['credentials', '1'],
  },
  {
    name: 'an ini type that is not usable here',
    files: { '.alibabacloud/credentials': `[default]\ntype = bearer\nbearer_token = ${secret}\n` },
    says: ['bearer', 'default'],
  },
  {
    name: 'a profile file that is not there',
    argv: ['--profile-file', '/no/such/file.json'],
    says: ['/no/such/file.json'],
  },
  {
    name: 'an id without its secret',
    env: { ALICLOUD_ACCESS_KEY: 'LTAIplantedplanted01' },
    says: ['ALICLOUD_SECRET_KEY'],
  },
];

describe('a source that is configured and broken', () => {
  for (const each of cases) {
    it(`${each.name} is named, and nothing secret is shown`, async () => {
      const home = homeWith(each.files ?? {});
      const quick = {
        ACK_RAM_TOOL_READ_TIMEOUT: '1s',
        ACK_RAM_TOOL_CONNECT_TIMEOUT: '1s',
        ACK_RAM_TOOL_MAX_RETRIES: '0',
      };
      const result = await runTool(['export-credentials', '--log-level', 'debug', ...(each.argv ?? [])], {
        env: { HOME: home, ...quick, ...each.env },
      });
      expect(result.exitCode, result.stderr).toBe(4);
      expect(result.stdout).toBe('');
      expect(result.stderr).toMatch(/^error: /m);
      for (const text of each.says) expect(result.stderr).toContain(text);
      expect(result.stderr).not.toContain(secret);
      expect(result.stderr).not.toMatch(/\n\s+at /);
    });
  }
});
