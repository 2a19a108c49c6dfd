/** Subjects of service-account tokens: `system:serviceaccount:<namespace>:<service account>`. */
import { usageError } from '../errors.ts';
import { quoted } from './name.ts';

export interface NameOptions {
  /** `*` and `?` may stand anywhere in the name. Default false. */
  wildcards?: boolean;
}

/** Puts the names together as they are; `checkNamespace` and `checkServiceAccount` come first. */
export function subjectOf(namespace: string, serviceAccount: string): string {
  return `system:serviceaccount:${namespace}:${serviceAccount}`;
}

/** `undefined` when the text is not of that form. Wildcards within a name are kept. */
export function parseSubject(text: string): { namespace: string; serviceAccount: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(text);
  return match?.[1] !== undefined && match[2] !== undefined
    ? { namespace: match[1], serviceAccount: match[2] }
    : undefined;
}

/** True when the text holds `*` or `?`, so that only `StringLike` gives it its meaning. */
export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

/** A Kubernetes namespace (RFC 1123 label, at most 63 characters). Returns it, or throws `USAGE`. */
export function checkNamespace(value: string, options: NameOptions = {}): string {
  const label = options.wildcards ? /^[a-z0-9*?]([-a-z0-9*?]*[a-z0-9*?])?$/ : /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
  if (value.length <= 63 && label.test(value)) return value;
  throw usageError(
    `namespace ${quoted(value)} is not a Kubernetes namespace (1 to 63 lower-case letters, digits and "-", starting and ending with a letter or digit)`,
    wildcardHint(value, options),
  );
}

/** A Kubernetes service account (RFC 1123 subdomain, at most 253 characters). Returns it, or throws `USAGE`. */
export function checkServiceAccount(value: string, options: NameOptions = {}): string {
  const label = options.wildcards ? /^[a-z0-9*?]([-a-z0-9*?]*[a-z0-9*?])?$/ : /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
  if (value.length <= 253 && value.split('.').every((part) => label.test(part))) return value;
  throw usageError(
    `service account ${quoted(value)} is not a Kubernetes service account (1 to 253 lower-case letters, digits, "-" and ".", each part starting and ending with a letter or digit)`,
    wildcardHint(value, options),
  );
}

function wildcardHint(value: string, options: NameOptions): string | undefined {
  return isPattern(value) && !options.wildcards ? 'wildcards cannot be used here, name one' : undefined;
}
