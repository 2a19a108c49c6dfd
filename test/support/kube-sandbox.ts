import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeApiserver } from './kube-apiserver.ts';
import { bin, type RunningSandbox, scratchFolder, startedSandbox } from './tool.ts';

export const accountId = '1000000000000001';

/** The cluster that `startedSandboxOf` gives a real API server. */
export const clusterId = 'c0123456789abcdef0123456789abcdef';

/** Starts a sandbox with one cluster, RRSA on, whose API server is the given one. `account` adds users and roles. */
export function startedSandboxOf(
  server: KubeApiserver,
  account: { users?: readonly object[]; roles?: readonly object[] } = {},
): Promise<RunningSandbox> {
  const admin = {
    name: 'admin',
    accessKeyId: 'LTAI5tAdministrator',
    accessKeySecret: 'administrator-secret',
    systemPolicies: ['AdministratorAccess'],
  };
  const cluster = { id: clusterId, name: 'real', rrsa: true, kubeconfig: server.kubeconfig, caKey: server.caKeyFile };
  const seed = {
    apiVersion: 'ack-ram-tool/v1',
    kind: 'SandboxSeed',
    accounts: [
      { id: accountId, users: [admin, ...(account.users ?? [])], roles: account.roles ?? [], clusters: [cluster] },
    ],
  };
  const file = join(scratchFolder(), 'seed.yaml');
  writeFileSync(file, JSON.stringify(seed));
  return startedSandbox(['--seed', file]);
}

/** A PATH on which the built program is `ack-ram-tool`, as kubectl looks for it. */
export function pathWithTool(): string {
  const folder = scratchFolder();
  const file = join(folder, 'ack-ram-tool');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  chmodSync(file, 0o755);
  return `${folder}:${process.env.PATH}`;
}
