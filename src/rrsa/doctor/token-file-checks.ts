import { ToolError } from '../../errors.ts';
import { quoted } from '../../policy/name.ts';
import { RRSA_AUDIENCE } from '../../policy/trust.ts';
import { type DecodedToken, decodeToken } from '../token-claims.ts';
import { audienceList } from '../token-findings.ts';
import type { Check } from './check.ts';
import type { TokenFacts, TokenPatient } from './token-patient.ts';

/** Where ack-pod-identity-webhook mounts the token. */
export const rrsaTokenPath = '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token';
const defaultTokenFolder = '/var/run/secrets/kubernetes.io/serviceaccount/';
/** The API server takes tokens for these: they are of the service account, and none of STS's business. */
const apiServerAudience = /^(https?:\/\/)?kubernetes\.default(\.svc(\.[a-z0-9.-]+)?)?\/?$/;
/** The issuers of clusters without RRSA, of bound tokens and of the older ones in Secrets. */
const builtInIssuer =
  /^(https:\/\/kubernetes\.default\.svc(\.[a-z0-9.-]+)?\/?|kubernetes\.default\.svc|kubernetes\/serviceaccount)$/;

export function isBuiltInIssuer(issuer: unknown): boolean {
  return typeof issuer === 'string' && builtInIssuer.test(issuer);
}

/** The file, and whether it holds a token for STS at all. */
export const tokenFileChecks: readonly Check<TokenPatient>[] = [
  {
    id: 'token-file',
    link: 'token',
    title: 'the token file can be read',
    after: [],
    async run({ token }) {
      if (token?.file === undefined) return undefined;
      const subject = nameOf(token);
      try {
        await token.read();
        return { status: 'ok', subject, message: `${subject} can be read` };
      } catch (error) {
        if (!(error instanceof ToolError) || error.code === 'INTERRUPTED') throw error;
        const { value, from } = token.file;
        const isMissing = error.details?.missing === true;
        return {
          status: 'fault',
          subject,
          message: error.message,
          cure: cureOf(token.pod === undefined ? 'outside' : isMissing ? 'missing' : 'unreadable', value, from),
        };
      }
    },
  },
  {
    id: 'token-form',
    link: 'token',
    title: 'it holds a JSON web token that is signed with a key of the issuer',
    after: ['token-file'],
    async run({ token }) {
      if (token?.file === undefined) return undefined;
      const subject = nameOf(token);
      const decoded = await decode(token);
      if (decoded instanceof ToolError) {
        return { status: 'fault', subject, message: decoded.message, cure: otherFile(token.file.from) };
      }
      const { alg } = decoded.header;
      if (alg === 'RS256') return { status: 'ok', subject, message: 'it is a JSON web token, signed with RS256' };
      const found = typeof alg === 'string' ? quoted(alg) : 'no algorithm';
      return {
        status: 'fault',
        subject,
        message: `the token is signed with ${found}, and STS takes RS256, which ACK signs with`,
        cure: `let ${token.file.from} name the file of a projected service account token with audience ${RRSA_AUDIENCE}`,
      };
    },
  },
  {
    id: 'token-default',
    link: 'token',
    title: 'it is not the default token of the service account, which is for the API server',
    after: ['token-form'],
    async run({ token }) {
      if (token?.file === undefined) return undefined;
      const subject = nameOf(token);
      const decoded = await decode(token);
      if (decoded instanceof ToolError) return undefined;
      const reason = whyDefault(decoded, token.file.value);
      if (reason === undefined) return { status: 'ok', subject, message: 'it is not the default token' };
      return {
        status: 'fault',
        subject,
        message: `this is the default token of the service account, for the API server and not for STS: ${reason}`,
        cure: `let ${token.file.from} be ${rrsaTokenPath}, which ack-pod-identity-webhook mounts into a pod that is recreated, or mount a projected volume with a serviceAccountToken of audience ${RRSA_AUDIENCE}`,
      };
    },
  },
];

/** The token of the facts taken apart, or why it cannot be. Throws what reading the file throws. */
export async function decode(token: TokenFacts): Promise<DecodedToken | ToolError> {
  const { token: text } = await token.read();
  try {
    return decodeToken(text);
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}

export function nameOf({ file }: TokenFacts): string {
  return file === undefined || file.value === '-' ? 'the OIDC token on standard input' : file.value;
}

function whyDefault({ payload }: DecodedToken, path: string): string | undefined {
  const audiences: unknown[] = [payload.aud ?? []].flat();
  const names = audiences.filter((audience) => typeof audience === 'string');
  if (names.includes(RRSA_AUDIENCE)) return undefined;
  // An API server that is told of no audiences takes its issuer's name for one.
  if (names.some((audience) => apiServerAudience.test(audience) || audience === payload.iss))
    return `its audience is ${audienceList(names)}`;
  if (isBuiltInIssuer(payload.iss)) return `its issuer is ${quoted(String(payload.iss))}`;
  return path.startsWith(defaultTokenFolder) ? `it is in ${defaultTokenFolder}` : undefined;
}

function cureOf(fault: 'outside' | 'missing' | 'unreadable', path: string, from: string): string {
  if (fault === 'outside') return otherFile(from);
  if (fault === 'unreadable') return rightFile(path, from);
  return `recreate the pod, so that the volume of ${path} is mounted; if it is there under another path, set ${from} to that`;
}

function rightFile(path: string, from: string): string {
  if (path !== rrsaTokenPath) return `set ${from} to ${rrsaTokenPath}, which ack-pod-identity-webhook mounts`;
  return `let the container read ${path}: set securityContext.fsGroup of the pod to a group of its user, then recreate it`;
}

function otherFile(from: string): string {
  return `take a token with \`kubectl create token SERVICE_ACCOUNT -n NAMESPACE --audience ${RRSA_AUDIENCE}\`, and give its file as ${from}`;
}
