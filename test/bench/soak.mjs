// `npm run soak`: `export-credentials --serve` and a child of `export-credentials --refresh` on sandboxes with sessions of
// half a minute at most and faults, while the credentials of each are read 200 times a second.
//   --seconds N (or SECONDS=N)   how long; 1200 unless told, 10 at least
// Ends with 1 when an error was answered while valid credentials existed, an answer held keys that the sandbox does not
// know or that had expired, memory grew by more than a tenth from the first half to the second, STS was asked for more
// than renewals need, or sockets were left open. The last line on stdout sums up.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accountOf, bin, startSandbox } from './sandbox.mjs';

/** Of each of the two. */
const requestsPerSecond = 200;
/** A fraction of memory that measuring itself makes uncertain. */
const tolerance = 1.1;
const faults = [
  'AssumeRole:20%=throttle',
  'AssumeRole:15%=500',
  'AssumeRole:10%=reset-before',
  'AssumeRole:5%=reset-after',
];
const account = '1000000000000001';
const roleArn = `acs:ram::${account}:role/soak`;

const totalMs = secondsAsked() * 1000;
/** Ten lives at least, and no less than a renewal needs that fails at first. */
const sessionSeconds = Math.min(30, Math.max(6, totalMs / 10_000));
const folder = mkdtempSync(join(tmpdir(), 'ack-ram-tool-soak-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function secondsAsked() {
  const flag = process.argv.indexOf('--seconds');
  const text = flag === -1 ? (process.env.SECONDS ?? '1200') : process.argv[flag + 1];
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 10) return seconds;
  console.error(`${JSON.stringify(text)} is no number of seconds from 10`);
  process.exit(2);
}

/** Starts a sandbox, and the tool on it, which says where its credentials are: at the second go if STS fails the first. */
async function startServer(name, argv) {
  const trustPolicy = {
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${account}:root`] } }],
  };
  const { account: made, env } = accountOf(account, { roles: [{ name: 'soak', trustPolicy }] });
  const flags = ['--session-ttl', `${sessionSeconds}s`, ...faults.flatMap((fault) => ['--fault', fault])];
  const sandbox = await startSandbox(folder, { name, accounts: [made], flags });
  const program = [process.execPath, bin, 'export-credentials', '--role-arn', roleArn, ...argv];
  const tool = (tries) => {
    const child = spawn(program[0], program.slice(1), {
      env: { PATH: process.env.PATH, HOME: folder, ...sandbox.env, ...env, ACK_RAM_TOOL_MAX_RETRIES: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    const running = { child, words: '', ended: new Promise((resolve) => child.on('close', resolve)) };
    child.stderr.setEncoding('utf8').on('data', (text) => (running.words = (running.words + text).slice(-20_000)));
    return new Promise((resolve, reject) => {
      let text = '';
      let isServing = false;
      child.stdout.setEncoding('utf8').on('data', (part) => {
        text += part;
        const uri = /CREDENTIALS_URI=(\S+)\n/.exec(text)?.[1];
        if (uri === undefined || isServing) return;
        isServing = true;
        resolve({ ...running, uri, words: () => running.words });
      });
      child.on('close', (code) => {
        process.off('exit', kill);
        if (isServing) return;
        if (tries > 1) resolve(tool(tries - 1));
        else reject(new Error(`${name} ended with ${code} before it served: ${running.words}`));
      });
    });
  };
  const running = await tool(5);
  return { ...running, name, sandbox, agent: new Agent({ keepAlive: true, maxSockets: 8 }) };
}

function ask(url, agent) {
  return new Promise((resolve) => {
    get(url, { agent, timeout: 10_000 }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (part) => (body += part));
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
      answer.on('error', (error) => resolve({ status: 0, body: error.message }));
    }).on('error', (error) => resolve({ status: 0, body: error.message }));
  });
}

/** Reads the credentials for as long as the soak lasts, and notes what is wrong with an answer. */
async function read(server, until, wrongs, seen) {
  let validUntil = 0;
  let under = 0;
  const pauseMs = 1000 / requestsPerSecond;
  let next = performance.now();
  const once = async () => {
    under += 1;
    const askedAt = Date.now();
    const hadValid = validUntil;
    const { status, body } = await ask(server.uri, server.agent);
    under -= 1;
    seen.requests += 1;
    if (status !== 200) {
      seen.refused += 1;
      // Valid all the while that it was asked.
      if (hadValid > Date.now())
        wrongs.push(`${server.name} answered ${status} while keys were valid: ${body.slice(0, 200)}`);
      return;
    }
    const { AccessKeyId, Expiration } = JSON.parse(body);
    const expires = Date.parse(Expiration);
    if (!(expires > askedAt)) wrongs.push(`${server.name} answered keys that had expired at ${Expiration}`);
    validUntil = Math.max(validUntil, expires);
    const known = server.keys.get(AccessKeyId);
    if (known === undefined) server.keys.set(AccessKeyId, { body, expires });
    else if (known.body !== body) wrongs.push(`${server.name} answered ${AccessKeyId.slice(0, 8)}*** with other words`);
  };
  while (performance.now() < until) {
    if (under < 50) once().catch((error) => wrongs.push(`${server.name}: ${error.message}`));
    else seen.skipped += 1;
    next += pauseMs;
    const wait = next - performance.now();
    if (wait > 0) await sleep(wait);
    // A machine that was busy does not get everything at once.
    else if (wait < -1000) next = performance.now();
  }
  while (under > 0) await sleep(20);
}

/** Notes keys of which the sandbox knows nothing, or something else, while they are new. */
async function checkKeys(server, wrongs) {
  const { sessions } = JSON.parse((await ask(`${server.sandbox.env.ACK_RAM_TOOL_SANDBOX_URL}/state`)).body);
  const issued = new Map(sessions.map((session) => [session.accessKeyId, session]));
  for (const [id, { body, isChecked }] of server.keys) {
    if (isChecked) continue;
    const { AccessKeySecret, SecurityToken, Expiration } = JSON.parse(body);
    const session = issued.get(id);
    const isRight =
      session?.accessKeySecret === AccessKeySecret &&
      session.securityToken === SecurityToken &&
      Math.abs(session.expiresAt - Date.parse(Expiration)) < 1000;
    if (!isRight) wrongs.push(`${server.name} answered keys that the sandbox has not issued like that`);
    server.keys.get(id).isChecked = true;
  }
}

function memoryOf(pid) {
  const kib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return kib / 1024;
}

function socketsOf(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const servers = await Promise.all([
  startServer('--serve', ['--serve', '127.0.0.1:0']),
  startServer('--refresh', [
    '--refresh',
    '--',
    'sh',
    '-c',
    'env | grep ^ALIBABA_CLOUD_CREDENTIALS_URI=; exec sleep 1000000',
  ]),
]);
const wrongs = [];
const seen = { requests: 0, refused: 0, skipped: 0 };
const startedAt = performance.now();
const until = startedAt + totalMs;
for (const server of servers) Object.assign(server, { keys: new Map(), samples: [], sockets: [] });

const reading = servers.map((server) => read(server, until, wrongs, seen));
/** The heap grows to its working size at first; that is no leak. */
const warmUpMs = Math.min(totalMs / 4, 60_000);
while (performance.now() < until) {
  await sleep(Math.min(1000, totalMs / 40));
  for (const server of servers) {
    await checkKeys(server, wrongs);
    if (performance.now() - startedAt < warmUpMs) continue;
    server.samples.push(memoryOf(server.child.pid));
    server.sockets.push(socketsOf(server.child.pid));
  }
}
await Promise.all(reading);

const summaries = [];
for (const server of servers) {
  const { name, samples, sockets, sandbox, keys } = server;
  await checkKeys(server, wrongs);
  const half = Math.floor(samples.length / 2);
  const [first, second] = [mean(samples.slice(0, half)), mean(samples.slice(half))];
  if (second > first * tolerance) {
    wrongs.push(`the memory of ${name} grew from ${first.toFixed(1)} to ${second.toFixed(1)} MiB`);
  }
  const mostSockets = Math.max(...sockets);
  if (mostSockets > 60) wrongs.push(`${name} had ${mostSockets} files and sockets open`);
  const calls = (await sandbox.accessLog()).filter(({ api }) => api === 'AssumeRole');
  const failed = calls.filter(({ code }) => code !== null).length;
  // One every two thirds of a life, one more at the beginning, and one after each that failed.
  const most = Math.ceil(totalMs / 1000 / (sessionSeconds * (2 / 3))) + 2 + failed;
  if (calls.length > most) wrongs.push(`${name} called STS ${calls.length} times, ${failed} of them in vain`);
  if (calls.length < totalMs / 1000 / sessionSeconds) wrongs.push(`${name} called STS only ${calls.length} times`);
  if (keys.size === 0) wrongs.push(`${name} answered no keys`);
  if (server.child.exitCode !== null) wrongs.push(`${name} ended with ${server.child.exitCode}: ${server.words()}`);
  if (/\bCAIS[\w+/=]{16}/.test(server.words())) wrongs.push(`${name} told a security token`);
  summaries.push(
    `${name} ${first.toFixed(0)} → ${second.toFixed(0)} MiB, ${keys.size} keys, ${calls.length} calls of STS (${failed} failed)`,
  );
  server.child.kill('SIGTERM');
  server.agent.destroy();
}
await Promise.all(servers.map(({ ended }) => ended));
for (const { sandbox } of servers) sandbox.stop();

const least = (servers.length * requestsPerSecond * totalMs) / 1000 / 2;
if (seen.requests < least) wrongs.push(`only ${seen.requests} requests were sent: this machine is too busy to tell`);
for (const wrong of [...new Set(wrongs)].slice(0, 20)) console.error(`soak: ${wrong}`);
const verdict = wrongs.length === 0 ? 'ok' : `${wrongs.length} wrong`;
console.log(
  `soak: ${verdict}, ${totalMs / 1000} s, ${seen.requests} requests, ${seen.refused} refused; ${summaries.join('; ')}`,
);
process.exitCode = wrongs.length === 0 ? 0 : 1;
