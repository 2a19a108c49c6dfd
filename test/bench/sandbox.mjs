import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The npm build, which also is the sandbox of every bench. */
export const bin = fileURLToPath(new URL('../../bin/ack-ram-tool.js', import.meta.url));

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** Starts `sandbox start` with these accounts of a seed; resolves when it is ready. */
export function startSandbox(folder, { name, accounts, flags = [] }) {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'ack-ram-tool/v1', kind: 'SandboxSeed', accounts }));
  const child = spawn(process.execPath, [bin, 'sandbox', 'start', '--seed', file, ...flags], {
    env: { PATH: process.env.PATH, HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(running(child, JSON.parse(text.slice(0, text.indexOf('\n'))).env));
    });
    child.on('close', () => reject(new Error('the sandbox ended before it was ready')));
  });
}

function running(child, env) {
  return {
    env,
    accessLog: () => ask(`${env.ACK_RAM_TOOL_SANDBOX_URL}/access-log`),
    stop() {
      child.kill('SIGTERM');
      children.delete(child);
    },
  };
}

/** On a connection of its own: one that is kept is closed by the sandbox while we wait for other processes. */
function ask(url) {
  return new Promise((resolve, reject) => {
    const onAnswer = (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => resolve(JSON.parse(text)));
    };
    get(url, { agent: false }, onAnswer).on('error', reject);
  });
}

/** An account of a seed with its administrator, and the environment that makes the tool be that one. */
export function accountOf(id, more) {
  const keys = { accessKeyId: `LTAI5tBench${id}`, accessKeySecret: `secret-${id}` };
  const account = { id, users: [{ name: 'admin', ...keys, systemPolicies: ['AdministratorAccess'] }], ...more };
  const env = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: keys.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: keys.accessKeySecret,
  };
  return { account, env };
}

/** A trust policy that lets a service account of the cluster in. */
export function trustOf(clusterId, subject) {
  const Condition = {
    StringEquals: {
      'oidc:aud': 'sts.aliyuncs.com',
      'oidc:iss': `\${issuer:${clusterId}}`,
      'oidc:sub': `system:serviceaccount:${subject}`,
    },
  };
  const Principal = { Federated: [`\${providerArn:${clusterId}}`] };
  return { Version: '1', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal, Condition }] };
}
