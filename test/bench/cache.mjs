// What a pipeline pays that runs `export-credentials -- true` a thousand times with the cache on: calls of STS, and time
// a run against `node -e 0`, whole processes one after another. Ends with 1 when STS was called more than once.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const runs = Number(process.env.RUNS ?? 1000);
const bin = fileURLToPath(new URL('../../bin/ack-ram-tool.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'ack-ram-tool-bench-'));

const sandbox = spawn(process.execPath, [bin, 'sandbox', 'start', '--update-time', '0s'], {
  env: { PATH: process.env.PATH, HOME: home },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  process.exitCode = await measure(JSON.parse(await firstLine(sandbox.stdout)));
} finally {
  sandbox.kill('SIGTERM');
  rmSync(home, { recursive: true });
}

async function measure({ env: administrator }) {
  const env = podEnvironment({ PATH: process.env.PATH, HOME: home, ...administrator }, await fooCluster(administrator));
  const before = await assumedRoles(administrator);
  const own = [];
  const bare = [];
  for (let run = 0; run < runs; run += 1) {
    own.push(once([bin, 'export-credentials', '--cache', '--', 'true'], env));
    if (run % 10 === 0) bare.push(once(['-e', '0'], env));
  }
  const calls = (await assumedRoles(administrator)) - before;
  const ms = median(own);
  const ratio = ms / median(bare);
  console.log(
    `${runs} runs of export-credentials --cache -- true: ${calls} STS call(s), ${ms.toFixed(1)} ms, ${ratio.toFixed(2)} x`,
  );
  console.log(
    JSON.stringify({ bench: 'cache', runs, calls, ms: Number(ms.toFixed(2)), ratio: Number(ratio.toFixed(3)) }),
  );
  return calls === 1 ? 0 : 1;
}

/** The environment of a pod that may assume role `app`. */
function podEnvironment(env, cluster) {
  const subject = ['-c', cluster, '-n', 'ns', '-s', 'sa'];
  must(['rrsa', 'enable', '-c', cluster, '-y'], env);
  must(['rrsa', 'associate-role', ...subject, '-r', 'app', '--create-role-if-not-exist', '-y'], env);
  const token = join(home, 'token');
  writeFileSync(token, must(['sandbox', 'token', ...subject], env));
  const { ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET, ...rest } = env;
  return {
    ...rest,
    ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1000000000000001:role/app',
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: `acs:ram::1000000000000001:oidc-provider/ack-rrsa-${cluster}`,
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: token,
  };
}

function once(argv, env) {
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

function must(argv, env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** On a connection of its own: one that is kept is closed by the sandbox while we wait for a thousand processes. */
function admin(administrator, path) {
  return new Promise((resolve, reject) => {
    const onAnswer = (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => resolve(JSON.parse(text)));
    };
    get(`${administrator.ACK_RAM_TOOL_SANDBOX_URL}/${path}`, { agent: false }, onAnswer).on('error', reject);
  });
}

async function fooCluster(administrator) {
  const { accounts } = await admin(administrator, 'state');
  return accounts[0].clusters.find(({ name }) => name === 'foo').id;
}

async function assumedRoles(administrator) {
  return (await admin(administrator, 'access-log')).filter(({ api }) => api.startsWith('AssumeRole')).length;
}

function firstLine(stream) {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    stream.on('end', () => reject(new Error('the sandbox ended before it was ready')));
  });
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
