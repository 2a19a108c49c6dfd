import type { TrustRequest } from '../policy/evaluate.ts';
import { serviceAccountContext } from '../policy/trust.ts';

/** Who asks to assume the role: what a token of the service account says, or what a given token does say. */
export interface ExplainedRequest {
  providerArn: string;
  issuer: string;
  audiences: readonly string[];
  subject: string;
}

export function toTrustRequest({ providerArn, issuer, audiences, subject }: ExplainedRequest): TrustRequest {
  return {
    principal: { kind: 'Federated', arn: providerArn },
    action: 'sts:AssumeRole',
    context: serviceAccountContext({ issuer, audience: audiences, subject }),
  };
}
