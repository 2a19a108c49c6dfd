/** Wall time as a ratio to `node -e 0` of the same run, of the npm build and of the standalone program. */
export const startUpBudgets = {
  '--version': { npm: 1.25, standalone: 0.25 },
  '--help': { npm: 1.5, standalone: 0.65 },
  'rrsa status': { npm: 4.5, standalone: 1.5 },
  'export static': { npm: 1.6, standalone: 0.5 },
  'export OIDC': { npm: 2.1, standalone: 0.6 },
  'export cached': { npm: 1.6, standalone: 0.5 },
  'get-credential cached': { npm: 1.5, standalone: 0.5 },
};

/** Peak memory as a ratio to that of `node -e 0`, of every row whose name starts so. */
export const memoryBudget = { prefix: 'export', npm: 1.3, standalone: 1.3 };

/** `rrsa list-associations`. A growth of 1: ten times the roles, ten times the milliseconds. */
export const listBudgets = { growth: 1, ms: 10_000 };

/** `rbac scan-user-permissions -c all`: how many times as fast as one cluster after another it is at least. */
export const scanBudget = { clusters: 100, factor: 8 };
