import { formatDuration } from '../../duration.ts';
import { ToolError } from '../../errors.ts';
import { parseOidcProviderArn } from '../../policy/arn.ts';
import type { Finding as PolicyFinding } from '../../policy/lint.ts';
import { quoted } from '../../policy/name.ts';
import { parseSubject, subjectOf } from '../../policy/subject.ts';
import { RRSA_AUDIENCE } from '../../policy/trust.ts';
import { claimsIn, type TokenClaims } from '../token-claims.ts';
import {
  audienceFinding,
  audienceList,
  expiryFinding,
  issuerFinding,
  startFinding,
  subjectFinding,
  timeOf,
} from '../token-findings.ts';
import type { Check, Finding } from './check.ts';
import { decode, isBuiltInIssuer, nameOf } from './token-file-checks.ts';
import type { TokenFacts, TokenPatient } from './token-patient.ts';

const hourMs = 3_600_000;
/** IssuanceLimitTime of the OIDC provider that ACK makes, and the longest life that it lets a token have. */
const longestLifeMs = 12 * hourMs;
/** A token that says it was issued this much later than now is not worth a word: clocks are never quite the same. */
const leewayMs = 60_000;

/** What the token says of itself. */
export const tokenClaimChecks: readonly Check<TokenPatient>[] = [
  {
    id: 'token-claims',
    link: 'token',
    title: 'it says who issued it, to whom, for whom and until when',
    after: ['token-default'],
    async run({ token }) {
      if (token?.file === undefined) return undefined;
      const subject = nameOf(token);
      try {
        const { issuer, subject: sub, audiences, expiresAt } = await claimsOf(token);
        const message = `issued by ${quoted(issuer)} to ${quoted(sub)} for ${audienceList(audiences)} until ${timeOf(expiresAt)}`;
        return { status: 'ok', subject, message };
      } catch (error) {
        if (!(error instanceof ToolError) || error.code === 'INTERRUPTED') throw error;
        return { status: 'fault', subject, message: error.message, cure: newToken(token) };
      }
    },
  },
  {
    id: 'token-audience',
    link: 'token',
    title: `it is for ${RRSA_AUDIENCE}`,
    after: ['token-claims'],
    run: aboutClaims(({ claims }) => {
      const found = audienceFinding(claims);
      if (found === undefined) return { status: 'ok', message: `the token is for ${audienceList(claims.audiences)}` };
      return {
        ...faultOf(found),
        cure: `set audience: ${RRSA_AUDIENCE} in the serviceAccountToken of the projected volume, and recreate the pod`,
      };
    }),
  },
  {
    id: 'token-issuer',
    link: 'token',
    title: 'its issuer is that of the cluster, with RRSA on',
    after: ['token-claims', 'rrsa-on'],
    run: aboutClaims(async ({ claims, patient }) => {
      const { asked } = patient;
      const issuers = asked.clusterId === undefined ? [] : (await patient.cluster()).rrsa.issuers;
      const found = issuers.length === 0 ? undefined : issuerFinding(claims, issuers, asked.clusterId ?? '');
      if (isBuiltInIssuer(claims.issuer) && claims.issuer !== issuers[0]) {
        return {
          status: 'fault',
          message: `the token is of issuer ${quoted(claims.issuer)}, which STS cannot ask for keys: RRSA of the cluster was off when it was issued`,
          cure: `ack-ram-tool rrsa enable -c ${asked.clusterId ?? 'CLUSTER_ID'}, then recreate the pod`,
        };
      }
      if (found === undefined) return { status: 'ok', message: `the token is of issuer ${quoted(claims.issuer)}` };
      return {
        status: found.severity === 'error' ? 'fault' : 'warning',
        message: found.message,
        cure: `recreate the pod, so that it gets a token of cluster ${asked.clusterId}; a token of another cluster needs that cluster's OIDC provider`,
      };
    }),
  },
  {
    id: 'token-provider',
    link: 'token',
    title: 'the OIDC provider is that of the cluster that issued it',
    after: ['token-issuer', 'pod-provider-arn', 'pod-provider-cluster'],
    run: aboutClaims(({ claims, token }) => {
      if (token.providerArn === undefined) return undefined;
      const { value, from } = token.providerArn;
      const { accountId = '', name = '' } = parseOidcProviderArn(value) ?? {};
      const ofProvider = /^ack-rrsa-(c[0-9a-z]{8,63})$/.exec(name)?.[1];
      const ofIssuer = /\/(c[0-9a-z]{8,63})\/?$/.exec(claims.issuer)?.[1];
      if (ofProvider === undefined || ofIssuer === undefined) return undefined;
      if (ofProvider === ofIssuer) return { status: 'ok', message: `both are of cluster ${ofIssuer}` };
      return {
        status: 'fault',
        message: `by its issuer the token is of cluster ${ofIssuer}, and ${from} is the OIDC provider of cluster ${ofProvider}`,
        cure: `set ${from} to acs:ram::${accountId}:oidc-provider/ack-rrsa-${ofIssuer}`,
      };
    }),
  },
  {
    id: 'token-subject',
    link: 'token',
    title: 'it is of the service account that is asked about',
    after: ['token-claims'],
    run: aboutClaims(({ claims, patient }) => {
      const found = subjectFinding(claims);
      const cure = 'give the file of a service account token that is projected into a pod';
      if (found !== undefined) return { ...faultOf(found), cure };
      const { namespace, serviceAccount } = patient.asked;
      const own = parseSubject(claims.subject);
      const isOther =
        (namespace !== undefined && namespace !== own?.namespace) ||
        (serviceAccount !== undefined && serviceAccount !== own?.serviceAccount);
      if (!isOther) return { status: 'ok', message: `the token is of ${claims.subject}` };
      const wanted = subjectOf(namespace ?? own?.namespace ?? '', serviceAccount ?? own?.serviceAccount ?? '');
      return {
        status: 'fault',
        message: `the token is of ${claims.subject}, and not of ${wanted}`,
        cure: `set spec.serviceAccountName of the pod in that namespace and recreate it, or ask with -n ${own?.namespace} -s ${own?.serviceAccount}`,
      };
    }),
  },
];

/** Whether it is its time. Behind the check of the clock: with a wrong one nothing can be said of times. */
export const tokenTimeChecks: readonly Check<TokenPatient>[] = [
  {
    id: 'token-rotation',
    link: 'token',
    title: 'its file is replaced before it expires',
    after: ['token-claims', 'clock'],
    run: aboutClaims(async ({ claims, token, now }) => {
      const { modifiedAt } = await token.read();
      if (token.pod === undefined || modifiedAt === undefined) return undefined;
      const { expiresAt, issuedAt } = claims;
      const cure =
        'mount the projected volume as a folder, without subPath, and read the token there each time instead of keeping a copy; then recreate the pod';
      if (expiresAt <= now && modifiedAt <= expiresAt) {
        const message = `the token expired at ${timeOf(expiresAt)}, and nobody has replaced its file since ${timeOf(modifiedAt)}`;
        return { status: 'fault', message, cure };
      }
      // The kubelet replaces a token at 80 % of its life, and looks about once a minute.
      if (issuedAt !== undefined && expiresAt > now && (expiresAt - now) * 20 < expiresAt - issuedAt) {
        const message = `the token expires at ${timeOf(expiresAt)}, and the kubelet should have replaced it by now`;
        return { status: 'warning', message, cure };
      }
      return { status: 'ok', message: `its file was last written at ${timeOf(modifiedAt)}` };
    }),
  },
  {
    id: 'token-expiry',
    link: 'token',
    title: 'it is valid now',
    after: ['token-claims', 'clock', 'token-rotation'],
    run: aboutClaims(({ claims, token, now }) => {
      const found = expiryFinding(claims, now) ?? startFinding(claims, now);
      if (found !== undefined) return { ...faultOf(found), cure: newToken(token) };
      const { expiresAt, issuedAt } = claims;
      if (issuedAt !== undefined && issuedAt > now + leewayMs) {
        const message = `the token is issued at ${timeOf(issuedAt)}, which is still to come: is the clock right?`;
        return { status: 'fault', message, cure: newToken(token) };
      }
      return { status: 'ok', message: `the token is valid for another ${duration(expiresAt - now)}` };
    }),
  },
  {
    id: 'token-lifetime',
    link: 'token',
    title: 'it is not older than the 12 hours that the OIDC provider takes',
    after: ['token-expiry'],
    run: aboutClaims(({ claims: { issuedAt, expiresAt }, now }) => {
      if (issuedAt === undefined) {
        return { status: 'warning', message: 'the token does not say when it was issued (iat), which STS reads' };
      }
      const cure =
        'set expirationSeconds of the projected volume to 43200 or less, which a cluster with RRSA does by itself, and recreate the pod';
      if (now - issuedAt > longestLifeMs) {
        const message = `the token was issued at ${timeOf(issuedAt)}, and the OIDC provider takes none that is older than 12h`;
        return { status: 'fault', message, cure };
      }
      if (expiresAt - issuedAt > longestLifeMs) {
        const message = `the token lives ${duration(expiresAt - issuedAt)}, and the OIDC provider takes none that is older than 12h`;
        return { status: 'warning', message, cure };
      }
      return { status: 'ok', message: `the token lives ${duration(expiresAt - issuedAt)}` };
    }),
  },
];

interface ClaimsInHand {
  claims: TokenClaims;
  token: TokenFacts;
  patient: TokenPatient;
  now: number;
}

/** A check that has nothing to look at without a token. */
function aboutClaims(
  look: (inHand: ClaimsInHand) => Finding | undefined | Promise<Finding | undefined>,
): Check<TokenPatient>['run'] {
  return async (patient) => {
    const { token } = patient;
    if (token?.file === undefined) return undefined;
    const found = await look({ claims: await claimsOf(token), token, patient, now: patient.now() });
    return found && { subject: nameOf(token), ...found };
  };
}

/** Throws `FILE_INVALID`, and what reading the file throws. */
export async function claimsOf(token: TokenFacts): Promise<TokenClaims> {
  const decoded = await decode(token);
  if (decoded instanceof ToolError) throw decoded;
  return claimsIn(decoded.payload);
}

function faultOf({ message }: PolicyFinding): Pick<Finding, 'status' | 'message'> & { status: 'fault' } {
  return { status: 'fault', message };
}

function newToken({ file, pod }: TokenFacts): string {
  return pod === undefined
    ? `take a new one: kubectl create token SERVICE_ACCOUNT -n NAMESPACE --audience ${RRSA_AUDIENCE}`
    : `let ${file?.from} name the file that the kubelet keeps fresh, and recreate the pod if it does not`;
}

function duration(ms: number): string {
  return formatDuration(Math.round(ms / 1000));
}
