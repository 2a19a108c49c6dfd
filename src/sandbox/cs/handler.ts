import type { Operation } from '../types.ts';
import { addonOperations } from './addons.ts';
import { clusterOperations } from './clusters.ts';
import { kubeconfigOperations } from './kubeconfig.ts';
import { taskOperations } from './tasks.ts';
import { userOperations } from './users.ts';

/** Everything the sandbox's ACK can do. */
export const csOperations: readonly Operation[] = [
  ...clusterOperations,
  ...taskOperations,
  ...addonOperations,
  ...userOperations,
  ...kubeconfigOperations,
];
