// What `rrsa list-associations` takes for 1 to 1,000 roles, against a sandbox that answers after 30 ms: whole processes.
// Every second role trusts the cluster, so that its policies are read as well. Exits with 1 when a row is over its budget.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const latencyMs = 30;
const budgetMs = 10_000;
const sizes = (process.env.SIZES ?? '1,10,100,1000').split(',').map(Number);
const bin = fileURLToPath(new URL('../../bin/ack-ram-tool.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ack-ram-tool-bench-'));
const env = { PATH: process.env.PATH, HOME: folder };
const clusterId = 'c0000000000000000000000000000bench';

function seed(roles) {
  const statement = (index) =>
    index % 2 === 0
      ? {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Federated: [`\${providerArn:${clusterId}}`] },
          Condition: {
            StringEquals: {
              'oidc:aud': 'sts.aliyuncs.com',
              'oidc:iss': `\${issuer:${clusterId}}`,
              'oidc:sub': `system:serviceaccount:team-${index}:app`,
            },
          },
        }
      : { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['ecs.aliyuncs.com'] } };
  return {
    apiVersion: 'ack-ram-tool/v1',
    kind: 'SandboxSeed',
    accounts: [
      {
        id: '1000000000000001',
        users: [
          {
            name: 'admin',
            accessKeyId: 'LTAI5tBenchBenchBench',
            accessKeySecret: 'bench',
            systemPolicies: ['AdministratorAccess'],
          },
        ],
        roles: Array.from({ length: roles }, (_, index) => ({
          name: `role-${String(index).padStart(4, '0')}`,
          trustPolicy: { Version: '1', Statement: [statement(index)] },
          systemPolicies: ['AliyunOSSReadOnlyAccess'],
        })),
        clusters: [{ id: clusterId, name: 'bench', rrsa: true }],
      },
    ],
  };
}

/** Ends with what it wrote on stdout and how long it took. */
function run(argv, more) {
  return new Promise((resolve, reject) => {
    const begin = process.hrtime.bigint();
    const child = spawn(process.execPath, [bin, ...argv], {
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('close', (code) => {
      const ms = Number(process.hrtime.bigint() - begin) / 1e6;
      if (code === 0) resolve({ stdout, ms });
      else reject(new Error(`${argv.join(' ')} ended with ${code}: ${stderr}`));
    });
  });
}

function startSandbox(roles) {
  const file = join(folder, `seed-${roles}.json`);
  writeFileSync(file, JSON.stringify(seed(roles)));
  const argv = [bin, 'sandbox', 'start', '--latency', `${latencyMs}ms`, '--seed', file];
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve({ child, env: JSON.parse(text).env });
    });
    child.on('close', () => reject(new Error('the sandbox ended before it was ready')));
  });
}

const rows = [];
try {
  for (const roles of sizes) {
    const sandbox = await startSandbox(roles);
    try {
      const { stdout, ms } = await run(['rrsa', 'list-associations', '-c', clusterId, '-o', 'json'], sandbox.env);
      const found = JSON.parse(stdout).associations.length;
      if (found !== Math.ceil(roles / 2)) throw new Error(`found ${found} associations of ${roles} roles`);
      rows.push({ roles, found, ms });
    } finally {
      sandbox.child.kill();
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log(
  `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} cores, ${latencyMs} ms latency\n`,
);
console.log('roles  found         ms   ms a role   growth');
let within = true;
for (const [index, { roles, found, ms }] of rows.entries()) {
  const before = rows[index - 1];
  // How much longer it took than the row before, for how many times the roles: at most 1 is as fast as they grow.
  const growth = before && ms / before.ms / (roles / before.roles);
  const ok = ms <= budgetMs && (growth === undefined || growth <= 1);
  within &&= ok;
  const cells = [
    String(roles).padStart(5),
    String(found).padStart(6),
    ms.toFixed(0).padStart(10),
    (ms / roles).toFixed(2).padStart(11),
    (growth === undefined ? '' : growth.toFixed(2)).padStart(8),
  ];
  console.log(`${cells.join(' ')}   ${ok ? `within ${budgetMs} ms` : 'OVER'}`);
  const line = { bench: 'list-associations', roles, found, ms: Number(ms.toFixed(1)), budgetMs, growth, ok };
  console.log(JSON.stringify(line));
}
process.exitCode = within ? 0 : 1;
