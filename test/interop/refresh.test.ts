import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { podOn } from '../support/pod.ts';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = scratchFolder();
const sandbox = await startedSandbox(['--update-time', '0s', '--session-ttl', '6s']);

/** Other credentials at every place that the SDKs look at before a credentials URI and that is no variable. */
function plantProfiles(): void {
  mkdirSync(join(home, '.aliyun'));
  mkdirSync(join(home, '.alibabacloud'));
  const profile = { name: 'default', mode: 'AK', access_key_id: 'PROFILE-ID', access_key_secret: 'PROFILE-SECRET' };
  writeFileSync(join(home, '.aliyun/config.json'), JSON.stringify({ current: 'default', profiles: [profile] }));
  const ini = '[default]\ntype = access_key\naccess_key_id = INI-ID\naccess_key_secret = INI-SECRET\n';
  writeFileSync(join(home, '.alibabacloud/credentials'), ini);
}

/** Calls STS and RAM by the SDKs, with their default credentials, until it has used four keys. */
const client = `
const Credential = require('@alicloud/credentials');
const Sts = require('@alicloud/sts20150401');
const Ram = require('@alicloud/ram20150501');
const credential = new Credential.default();
const config = { credential, endpoint: new URL(process.env.ACK_RAM_TOOL_STS_ENDPOINT).host, protocol: 'http' };
(async () => {
  const keys = new Set();
  const providers = new Set();
  const arns = new Set();
  let calls = 0;
  while (keys.size < 4) {
    const { accessKeyId, providerName } = await credential.getCredential();
    keys.add(accessKeyId);
    providers.add(providerName);
    arns.add((await new Sts.default(config).getCallerIdentity()).body.arn.replace(/[^/]*$/, ''));
    await new Ram.default(config).getRole(new Ram.GetRoleRequest({ roleName: 'app' }));
    calls += 2;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log(JSON.stringify({ providers: [...providers], arns: [...arns], calls }));
})().catch((error) => { console.error(error); process.exitCode = 1; });`;

it('the default chain of @alicloud/credentials keeps calling through three renewals, from the URI and nothing else', async () => {
  const pod = await podOn(sandbox, home);
  plantProfiles();
  const file = join(home, 'client.cjs');
  writeFileSync(file, `module.paths.push(${JSON.stringify(join(root, 'node_modules'))});\n${client}`);
  const argv = ['export-credentials', '--refresh', '--', process.execPath, file];
  const { exitCode, stdout, stderr } = await runTool(argv, { env: pod });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const seen = JSON.parse(stdout);
  expect(seen).toMatchObject({
    providers: ['default/credential_uri'],
    arns: ['acs:ram::1000000000000001:assumed-role/app/'],
  });
  expect(seen.calls).toBeGreaterThan(20);
});
