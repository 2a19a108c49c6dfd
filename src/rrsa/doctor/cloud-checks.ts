import type { Check } from './check.ts';
import type { CloudPatient } from './patient.ts';

/** Outside a pod: from the credentials of the caller to the policies of the role. */
export const cloudChecks: readonly Check<CloudPatient>[] = [];
