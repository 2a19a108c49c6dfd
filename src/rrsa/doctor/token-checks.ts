/** The checks of the token and of the way to STS, in the order of the chain. */
import type { Check } from './check.ts';
import { tokenClaimChecks, tokenTimeChecks } from './token-claim-checks.ts';
import { tokenFileChecks } from './token-file-checks.ts';
import type { TokenPatient } from './token-patient.ts';
import { tokenPodChecks } from './token-pod-checks.ts';
import { clockCheck, tokenStsChecks } from './token-sts-checks.ts';

export const tokenChecks: readonly Check<TokenPatient>[] = [
  ...tokenPodChecks,
  ...tokenFileChecks,
  ...tokenClaimChecks,
  clockCheck,
  ...tokenTimeChecks,
  ...tokenStsChecks,
];
