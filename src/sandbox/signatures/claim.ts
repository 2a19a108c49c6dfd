import { ApiFault } from '../types.ts';

/** What a signed request says of itself; nothing of it is true until `isSignedWith` says so. */
export interface SignatureClaim {
  accessKeyId: string;
  securityToken: string | undefined;
  /** Absent where the scheme lets a client do without. */
  nonce: string | undefined;
  /** Milliseconds since the epoch. */
  signedAt: number;
  /** What the server would sign; part of the error for a wrong signature. */
  stringToSign: string;
  isSignedWith(secret: string): boolean;
}

/** Reads the time of a signature; 400 `InvalidTimeStamp.Format` unless it has exactly that form and exists. */
export function signatureTime(text: string | undefined, form: RegExp): number {
  const time = text !== undefined && form.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new ApiFault(400, 'InvalidTimeStamp.Format', 'Specified time stamp or date value is not well formatted.');
  }
  return time;
}

export const utcSeconds = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** 400 `IncompleteSignature`. */
export function incompleteSignature(): ApiFault {
  return new ApiFault(400, 'IncompleteSignature', 'The request signature does not conform to Aliyun standards.');
}

/** 400 `InvalidSignatureMethod`. */
export function invalidSignatureMethod(): ApiFault {
  return new ApiFault(400, 'InvalidSignatureMethod', 'Specified signature method is not supported.');
}
