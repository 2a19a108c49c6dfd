import { createHmac } from 'node:crypto';
import { requiredParam } from '../rpc-params.ts';
import { isSameText, type Params, percentEncode } from '../wire.ts';
import {
  incompleteSignature,
  invalidSignatureMethod,
  type SignatureClaim,
  signatureTime,
  utcSeconds,
} from './claim.ts';

/**
 * Reads a request signed by the RPC scheme V1.0 (HMAC-SHA1): older SDKs and the credentials libraries.
 * `params` are those of query and form together.
 * Source: https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism
 */
export function readRpcV1(method: string, params: Params): SignatureClaim {
  const ctx = { params };
  const signature = params.Signature;
  if (!signature) throw incompleteSignature();
  const accessKeyId = requiredParam(ctx, 'AccessKeyId');
  if (requiredParam(ctx, 'SignatureMethod').toUpperCase() !== 'HMAC-SHA1') throw invalidSignatureMethod();
  if (requiredParam(ctx, 'SignatureVersion') !== '1.0') throw incompleteSignature();
  const signedAt = signatureTime(requiredParam(ctx, 'Timestamp'), utcSeconds);
  const stringToSign = `${method}&%2F&${percentEncode(canonicalParams(params))}`;
  return {
    accessKeyId,
    securityToken: params.SecurityToken,
    nonce: requiredParam(ctx, 'SignatureNonce'),
    signedAt,
    stringToSign,
    isSignedWith: (secret) =>
      isSameText(signature, createHmac('sha1', `${secret}&`).update(stringToSign).digest('base64')),
  };
}

function canonicalParams(params: Params): string {
  return Object.keys(params)
    .filter((name) => name !== 'Signature')
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(params[name] ?? '')}`)
    .join('&');
}
