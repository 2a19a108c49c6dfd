/** What becomes of the trust policy of one role that an associations file names. Pure. */
import { compactTrust } from '../policy/compact.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { parseSubject, subjectOf } from '../policy/subject.ts';
import {
  listTrusts,
  planTrust,
  planUntrust,
  type ServiceAccountTrust,
  type TrustEntry,
  type UnwantedTrust,
} from '../policy/trust.ts';
import type { ServiceAccountName } from './associations-file.ts';
import type { TokenIssuer } from './cluster.ts';

/** What a trust policy is to be brought to. */
export interface TrustWish {
  /** To be trusted afterwards. */
  wants: readonly ServiceAccountTrust[];
  /** To be taken away before, exactly these. */
  removals: readonly UnwantedTrust[];
  /** Merge the statements that can be one. */
  compact: boolean;
}

export interface RoleTrustPlan {
  document: PolicyDocument;
  /** False when `document` is the one given. */
  changed: boolean;
  /** Those of `wants` that were not trusted, by their place in it. */
  added: ReadonlySet<number>;
  /** What a person should know beside the change, a line each. */
  notes: string[];
}

/**
 * Takes away, then adds, then merges. Planning again on what comes out changes nothing. `document` is absent where there
 * is no role yet; then `wants` must not be empty.
 */
export function planRoleTrust(document: PolicyDocument | undefined, wish: TrustWish): RoleTrustPlan {
  const notes: string[] = [];
  const added = new Set<number>();
  let now = document;
  let changed = document === undefined;
  for (const removal of wish.removals) {
    if (now === undefined) break;
    const plan = planUntrust(now, removal);
    changed ||= plan.kind === 'removed';
    now = plan.document;
  }
  for (const [index, want] of wish.wants.entries()) {
    const plan = planTrust(now, want);
    if (plan.kind !== 'unchanged') added.add(index);
    const name = `${want.namespace}/${want.serviceAccount}`;
    if (plan.coveredBy?.broader && document !== undefined) {
      notes.push(`${name} is trusted by a statement that trusts more than that`);
    }
    if (plan.deniedBy !== undefined)
      notes.push(`${name} is refused all the same: Statement[${plan.deniedBy}] denies it`);
    now = plan.document;
  }
  changed ||= added.size > 0;
  if (wish.compact && now !== undefined) {
    const { document: shorter, merged } = compactTrust(now);
    if (merged.length > 0 && document !== undefined) {
      notes.push(`${merged.flat().length} statements become ${merged.length}, and mean the same`);
    }
    changed ||= merged.length > 0;
    now = shorter;
  }
  if (now === undefined) throw new TypeError('a role that trusts nobody was to be created');
  return { document: now, changed, added, notes };
}

export interface Removals {
  /** What can be taken away without a change for anybody else; each subject once. */
  removals: UnwantedTrust[];
  /** What the file does not name either, and stays: a line each. */
  kept: string[];
}

/**
 * Which subjects trust this cluster's provider and are not in the file. A statement with further conditions, with other
 * principals, or that names no service account is never one of them, nor is one of another provider.
 */
export function findRemovals(
  document: PolicyDocument,
  providerArn: string,
  named: readonly ServiceAccountName[],
): Removals {
  const inFile = new Set(named.map(({ namespace, name }) => subjectOf(namespace, name)));
  const removals = new Map<string, UnwantedTrust>();
  const kept: string[] = [];
  for (const entry of listTrusts(document, providerArn)) {
    if (inFile.has(entry.subject)) continue;
    const names = parseSubject(entry.subject);
    const unwanted = names && { providerArn, ...names };
    if (unwanted !== undefined && planUntrust(document, unwanted).statements.includes(entry.index)) {
      removals.set(entry.subject, unwanted);
    } else {
      kept.push(`Statement[${entry.index}] ${describeEntry(entry)}; it is not in the file, and stays`);
    }
  }
  return { removals: [...removals.values()], kept };
}

function describeEntry({ operator, subject, furtherConditions }: TrustEntry): string {
  if (operator === '') return 'trusts every service account of the cluster';
  const whom = operator === 'StringEquals' ? subject : `${operator} ${subject}`;
  return furtherConditions ? `trusts ${whom} under further conditions` : `trusts ${whom} in a way of its own`;
}

/** What the file says of its service accounts, as the trust of a cluster. */
export function trustsFor(named: readonly ServiceAccountName[], issuer: TokenIssuer): ServiceAccountTrust[] {
  return named.map(({ namespace, name }) => ({ ...issuer, namespace, serviceAccount: name }));
}
