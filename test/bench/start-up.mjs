// The commands that run at every `kubectl` and every step of a pipeline, against `node -e 0`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryBudget, startUpBudgets } from './budgets.mjs';
import { isSteady, mediansOf, round, verdictOf } from './figures.mjs';
import { accountOf, bin, startSandbox, trustOf } from './sandbox.mjs';

const id = '1000000000000001';
const clusterId = 'c0000000000000000000000000000bench';
const subject = ['-c', clusterId, '-n', 'ns', '-s', 'sa'];
const warmUps = 3;

/** `onRow` hears each row as soon as it is measured. */
export async function benchStartUp({ folder, meter, programs, rounds, onRow }) {
  const { account, env: keys } = accountOf(id, {
    roles: [{ name: 'app', trustPolicy: trustOf(clusterId, 'ns:sa') }],
    clusters: [{ id: clusterId, name: 'bench', rrsa: true }],
  });
  const sandbox = await startSandbox(folder, { name: 'start-up', accounts: [account] });
  try {
    const places = placesOf(folder, sandbox.env, keys);
    for (const row of rowsOf(places)) onRow(await measure(row, { meter, programs, rounds }));
  } finally {
    sandbox.stop();
  }
}

/** A home of its own for each, so that nothing is cached but where the row says so. */
function placesOf(folder, sandboxEnv, keys) {
  const { ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET, ...endpoints } = sandboxEnv;
  const homeOf = (name) => {
    const home = join(folder, name);
    mkdirSync(home);
    return home;
  };
  const base = { PATH: process.env.PATH, ...endpoints };
  const admin = { ...base, ...keys, HOME: homeOf('admin') };
  const token = join(folder, 'token');
  const argv = [bin, 'sandbox', 'token', ...subject];
  const { stdout, status, stderr } = spawnSync(process.execPath, argv, { env: admin, encoding: 'utf8' });
  if (status !== 0) throw new Error(`sandbox token failed: ${stderr}`);
  writeFileSync(token, stdout);
  const pod = {
    ...base,
    ALIBABA_CLOUD_ROLE_ARN: `acs:ram::${id}:role/app`,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: `acs:ram::${id}:oidc-provider/ack-rrsa-${clusterId}`,
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: token,
  };
  return { admin, pod: { ...pod, HOME: homeOf('pod') }, cached: { ...pod, HOME: homeOf('cached') } };
}

function rowsOf({ admin, pod, cached }) {
  const cluster = ['-c', clusterId];
  return [
    { name: '--version', argv: ['--version'], env: admin },
    { name: '--help', argv: ['--help'], env: admin },
    { name: 'rrsa status', argv: ['rrsa', 'status', ...cluster], env: admin },
    {
      name: 'rrsa associate-role (already so)',
      argv: ['rrsa', 'associate-role', ...subject, '-r', 'app'],
      env: admin,
    },
    { name: 'export static', argv: ['export-credentials', '--', 'true'], env: admin },
    { name: 'export OIDC', argv: ['export-credentials', '--', 'true'], env: pod },
    { name: 'export cached', argv: ['export-credentials', '--cache', '--', 'true'], env: cached },
    { name: 'get-credential cached', argv: ['credential-plugin', 'get-credential', ...cluster], env: admin },
    { name: 'get-token', argv: ['credential-plugin', 'get-token', ...cluster], env: admin },
  ];
}

/** `node -e 0`, the tool and the peer by turns. A peer that cannot do it is left out. */
async function measure({ name, argv, env }, { meter, programs: { tool, peer }, rounds }) {
  const runners = [
    { runs: [], run: () => meter.run([process.execPath, '-e', '0'], env) },
    { runs: [], run: () => meter.run([...tool.command, ...argv], env) },
  ];
  if (peer !== undefined) {
    const ofPeer = { ...env, HOME: `${env.HOME}-of-peer` };
    mkdirSync(ofPeer.HOME, { recursive: true });
    runners.push({ runs: [], run: () => meter.run([...peer.command, ...argv], ofPeer) });
  }
  let peerError;
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [index, { runs, run }] of runners.entries()) {
      if (index === 2 && peerError !== undefined) continue;
      try {
        const took = await run();
        if (round >= 0) runs.push(took);
      } catch (error) {
        if (index < 2) throw error;
        peerError = error.message;
      }
    }
  }
  const [base, own, other] = runners.map(({ runs }) => (runs.length === 0 ? undefined : mediansOf(runs)));
  const row = { name, steady: runners.slice(0, 2).every(({ runs }) => isSteady(runs)), base };
  row.tool = figuresOf(name, tool, own, base);
  if (peerError !== undefined) row.peerError = peerError;
  else if (other !== undefined) {
    row.peer = figuresOf(name, peer, other, base);
    row.againstPeer = round2(own.ms / other.ms);
  }
  return row;
}

const round2 = (value) => round(value, 2);

function figuresOf(name, program, { ms, cpuMs, peakMiB }, base) {
  const ratio = round2(ms / base.ms);
  const peakRatio = round2(peakMiB / base.peakMiB);
  const budget = startUpBudgets[name]?.[program.kind];
  const peakBudget = name.startsWith(memoryBudget.prefix) ? memoryBudget[program.kind] : undefined;
  const [time, memory] = [verdictOf(ratio, budget), verdictOf(peakRatio, peakBudget)];
  return {
    ratio,
    ms: round(ms, 1),
    cpuMs: round(cpuMs, 1),
    peakMiB: round(peakMiB, 1),
    peakRatio,
    budget,
    peakBudget,
    over: time.over || memory.over,
    fault: time.fault || memory.fault,
  };
}
