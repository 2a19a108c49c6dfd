import type { Check } from './check.ts';
import { clusterChecks } from './cluster-checks.ts';
import { issuerChecks } from './issuer-checks.ts';
import type { CloudPatient } from './patient.ts';
import { providerChecks } from './provider-checks.ts';
import { roleChecks } from './role-checks.ts';

/** From outside a pod: from the credentials of the caller to the trust policy of the role. */
export const cloudChecks: readonly Check<CloudPatient>[] = [
  ...clusterChecks,
  ...issuerChecks,
  ...providerChecks,
  ...roleChecks,
];
