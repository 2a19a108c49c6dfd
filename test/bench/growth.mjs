// What grows with an account: the roles that `rrsa list-associations` reads, and the clusters that
// `rbac scan-user-permissions -c all` asks, when every answer takes 30 ms.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listBudgets, scanBudget } from './budgets.mjs';
import { mediansOf, round, verdictOf } from './figures.mjs';
import { startKubernetes } from './kubernetes.mjs';
import { accountOf, startSandbox, trustOf } from './sandbox.mjs';

export const latencyMs = 30;
const roleCounts = [1, 10, 100, 1000];
const clusterCounts = [1, 10, 100];
const cluster = 'c0000000000000000000000000000bench';

/** `onRow` hears each row as soon as it is measured. */
export async function benchGrowth({ folder, meter, programs: { tool }, rounds, onRow }) {
  const kubernetes = await startKubernetes({ latencyMs });
  const kubeconfig = join(folder, 'kubeconfig');
  const jwksFile = join(folder, 'jwks.json');
  writeFileSync(kubeconfig, kubernetes.kubeconfig);
  writeFileSync(jwksFile, '{"keys":[{"kty":"EC"}]}');
  const ofRoles = roleCounts.map((roles) => ({
    roles,
    ...accountOf(String(2_000_000_000_000_000 + roles), withRoles(roles)),
  }));
  const ofClusters = clusterCounts.map((clusters) => ({
    clusters,
    ...accountOf(String(3_000_000_000_000_000 + clusters), withClusters(clusters, { kubeconfig, jwksFile })),
  }));
  const sandbox = await startSandbox(folder, {
    name: 'growth',
    accounts: [...ofRoles, ...ofClusters].map(({ account }) => account),
    flags: ['--latency', `${latencyMs}ms`],
  });
  const measure = async (argv, more, check) => {
    const env = { PATH: process.env.PATH, HOME: folder, ...sandbox.env, ...more };
    const runs = [];
    // The first one warms up.
    for (let round = 0; round <= rounds; round += 1) {
      runs.push(await meter.run([...tool.command, ...argv, '-o', 'json'], env));
      check(JSON.parse(meter.stdout()));
    }
    return mediansOf(runs.slice(1));
  };
  try {
    await listRows(ofRoles, measure, onRow);
    await scanRows(ofClusters, measure, onRow);
  } finally {
    sandbox.stop();
    kubernetes.stop();
  }
}

/** Every second role trusts the cluster, so that its policies are read as well. */
function withRoles(count) {
  // Account ids are all digits, cluster ids need not differ between accounts of which each knows its own.
  const id = `${cluster}${count}`;
  const ecs = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['ecs.aliyuncs.com'] } };
  return {
    roles: Array.from({ length: count }, (_, index) => ({
      name: `role-${index}`,
      trustPolicy: index % 2 === 0 ? trustOf(id, `team-${index}:app`) : { Version: '1', Statement: [ecs] },
      systemPolicies: ['AliyunOSSReadOnlyAccess'],
    })),
    clusters: [{ id, name: 'bench', rrsa: true }],
  };
}

function withClusters(count, files) {
  return {
    clusters: Array.from({ length: count }, (_, index) => ({
      id: `cof${count}x${index}`,
      issuer: `https://issuer.example/${count}/${index}`,
      ...files,
    })),
  };
}

async function listRows(accounts, measure, onRow) {
  let before;
  for (const { roles, env } of accounts) {
    const argv = ['rrsa', 'list-associations', '-c', `${cluster}${roles}`];
    const { ms, cpuMs, peakMiB } = await measure(argv, env, ({ associations }) => {
      if (associations.length !== Math.ceil(roles / 2))
        throw new Error(`${associations.length} associations of ${roles} roles`);
    });
    // How much longer it took than the row before, for how many times the roles.
    const growth = before && round(ms / before.ms / (roles / before.roles), 2);
    const verdicts = [
      verdictOf(ms, listBudgets.ms),
      ...(growth === undefined ? [] : [verdictOf(growth, listBudgets.growth)]),
    ];
    onRow({
      name: `list-associations, ${roles} role${roles === 1 ? '' : 's'}`,
      tool: {
        ms: round(ms, 1),
        cpuMs: round(cpuMs, 1),
        peakMiB: round(peakMiB, 1),
        growth,
        budget: growth === undefined ? undefined : listBudgets.growth,
        over: verdicts.some(({ over }) => over),
        fault: verdicts.some(({ fault }) => fault),
      },
    });
    before = { ms, roles };
  }
}

/** Against the same program that asks one cluster after another. */
async function scanRows(accounts, measure, onRow) {
  for (const { clusters, env } of accounts) {
    const argv = ['rbac', 'scan-user-permissions', '-c', 'all', '--all-users'];
    const check = (result) => {
      const bindings = result.clusters.flatMap((each) => each.bindings);
      if (bindings.length !== 2 * clusters) throw new Error(`${bindings.length} bindings of ${clusters} clusters`);
    };
    const { ms, cpuMs, peakMiB } = await measure(argv, env, check);
    const { ms: serialMs } = await measure(argv, { ...env, ACK_RAM_TOOL_MAX_CONCURRENCY: '1' }, check);
    const factor = round(serialMs / ms, 1);
    const budget = clusters === scanBudget.clusters ? scanBudget.factor : undefined;
    const { over, fault } = verdictOf(1 / factor, budget && 1 / budget);
    onRow({
      name: `rbac scan -c all, ${clusters} cluster${clusters === 1 ? '' : 's'}`,
      tool: {
        ms: round(ms, 1),
        cpuMs: round(cpuMs, 1),
        peakMiB: round(peakMiB, 1),
        serialMs: round(serialMs, 0),
        factor,
        budget,
        over,
        fault,
      },
    });
  }
}
