import { createHash, createHmac } from 'node:crypto';
import {
  headerOf,
  isSameText,
  type Params,
  parseParams,
  pathOf,
  percentEncode,
  queryOf,
  type SandboxRequest,
} from '../wire.ts';
import {
  incompleteSignature,
  invalidSignatureMethod,
  type SignatureClaim,
  signatureTime,
  utcSeconds,
} from './claim.ts';

const algorithm = 'ACS3-HMAC-SHA256';

/** Clients choose what else they sign; `host` and the nonce are missing from the tokens of kubectl. */
const alwaysSigned = ['x-acs-action', 'x-acs-version', 'x-acs-date', 'x-acs-content-sha256'];

/**
 * Reads a request signed by the scheme V3 (`Authorization: ACS3-HMAC-SHA256 …`).
 * Source: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 */
export function readV3(request: SandboxRequest): SignatureClaim {
  const { accessKeyId, signedHeaders, signature } = parseAuthorization(headerOf(request, 'authorization') ?? '');
  const signedAt = signatureTime(headerOf(request, 'x-acs-date'), utcSeconds);
  if (!alwaysSigned.every((name) => signedHeaders.includes(name))) throw incompleteSignature();
  const canonical = canonicalRequest(request, signedHeaders);
  const stringToSign = `${algorithm}\n${sha256(canonical)}`;
  return {
    accessKeyId,
    securityToken: headerOf(request, 'x-acs-security-token'),
    nonce: headerOf(request, 'x-acs-signature-nonce'),
    signedAt,
    stringToSign: `${stringToSign}, server canonical request is:${canonical}`,
    isSignedWith: (secret) =>
      headerOf(request, 'x-acs-content-sha256') === sha256(request.body) &&
      isSameText(signature, createHmac('sha256', secret).update(stringToSign).digest('hex')),
  };
}

function parseAuthorization(text: string) {
  const [scheme = '', rest = ''] = text.split(/\s+(.*)/s);
  if (scheme !== algorithm) throw invalidSignatureMethod();
  const parts = new Map(
    rest.split(',').map((part): [string, string] => {
      const [name = '', value = ''] = part.trim().split(/=(.*)/s);
      return [name, value];
    }),
  );
  const accessKeyId = parts.get('Credential');
  const signedHeaders = parts.get('SignedHeaders');
  const signature = parts.get('Signature');
  if (!accessKeyId || !signedHeaders || !signature) throw incompleteSignature();
  return { accessKeyId, signedHeaders: signedHeaders.split(';'), signature };
}

/** The body counts by the hash that the client declares; whether that is the body's own is checked apart. */
function canonicalRequest(request: SandboxRequest, signedHeaders: readonly string[]): string {
  const path = pathOf(request.target) || '/';
  return [
    request.method,
    path.replaceAll('+', '%20').replaceAll('*', '%2A').replaceAll('%7E', '~'),
    canonicalQuery(parseParams(queryOf(request.target))),
    ...signedHeaders.map((name) => `${name}:${headerValue(request, name)}`),
    '',
    signedHeaders.join(';'),
    headerOf(request, 'x-acs-content-sha256') ?? '',
  ].join('\n');
}

/** Values are escaped and names are not: that is what the official SDKs do. */
function canonicalQuery(params: Params): string {
  return Object.keys(params)
    .sort()
    .map((name) => `${name}=${percentEncode(params[name] ?? '')}`)
    .join('&');
}

function headerValue(request: SandboxRequest, name: string): string {
  const values = request.headers[name] ?? [];
  return values
    .map((value) => value.trim())
    .sort()
    .join(',');
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
