import { createHash, createHmac } from 'node:crypto';
import { ApiFault } from '../types.ts';
import { headerOf, isSameText, type Params, parseParams, pathOf, queryOf, type SandboxRequest } from '../wire.ts';
import { incompleteSignature, invalidSignatureMethod, type SignatureClaim, signatureTime } from './claim.ts';

const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (GMT|UTC)$/;

/**
 * Reads a request signed by the ROA scheme V1.0 (`Authorization: acs <key>:<signature>`). Older SDKs leave the `=` off
 * a parameter without a value; both spellings are taken.
 * Source: https://help.aliyun.com/zh/sdk/product-overview/roa-mechanism
 */
export function readRoaV1(request: SandboxRequest): SignatureClaim {
  const [, accessKeyId, signature] = /^acs ([^:\s]+):(\S+)$/.exec(headerOf(request, 'authorization') ?? '') ?? [];
  if (accessKeyId === undefined || signature === undefined) throw incompleteSignature();
  const signatureMethod = headerOf(request, 'x-acs-signature-method') ?? 'HMAC-SHA1';
  if (signatureMethod.toUpperCase() !== 'HMAC-SHA1') throw invalidSignatureMethod();
  const signedAt = signatureTime(headerOf(request, 'date'), httpDate);
  checkContentMd5(request);
  const params = parseParams(queryOf(request.target));
  const head = stringHead(request);
  const stringToSign = head + canonicalResource(request.target, params, '=');
  const alternative = head + canonicalResource(request.target, params, '');
  return {
    accessKeyId,
    securityToken: headerOf(request, 'x-acs-security-token'),
    nonce: headerOf(request, 'x-acs-signature-nonce'),
    signedAt,
    stringToSign,
    isSignedWith: (secret) =>
      [stringToSign, alternative].some((text) =>
        isSameText(signature, createHmac('sha1', secret).update(text).digest('base64')),
      ),
  };
}

function stringHead(request: SandboxRequest): string {
  const standard = ['accept', 'content-md5', 'content-type', 'date'].map((name) => headerOf(request, name) ?? '');
  const own = Object.keys(request.headers)
    .filter((name) => name.startsWith('x-acs-'))
    .sort()
    .map((name) => `${name}:${headerOf(request, name) ?? ''}`);
  return [request.method, ...standard, ...own, ''].join('\n');
}

/** Path and sorted query, not escaped at all. */
function canonicalResource(target: string, params: Params, emptyValue: '=' | ''): string {
  const query = Object.keys(params)
    .sort()
    .map((name) => (params[name] === '' ? `${name}${emptyValue}` : `${name}=${params[name] ?? ''}`))
    .join('&');
  return query === '' ? pathOf(target) : `${pathOf(target)}?${query}`;
}

/** This scheme signs the body only through its MD5, which a client may leave out. */
function checkContentMd5(request: SandboxRequest): void {
  const declared = headerOf(request, 'content-md5');
  if (!declared || declared === createHash('md5').update(request.body).digest('base64')) return;
  throw new ApiFault(400, 'ContentMD5NotMatched', 'Your input Content-MD5 is not matched with our calculation.');
}
