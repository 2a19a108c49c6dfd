/** Whose bindings they are: ids of RAM as people know them. Pure. */
import { usageError } from '../errors.ts';

/** Everybody that an account has, and who asks. */
export interface Directory {
  accountId: string;
  /** The id of the user, role or account whose credentials are in use. */
  callerUid: string;
  users: readonly { id: string; name: string }[];
  roles: readonly { id: string; name: string }[];
}

/** In the Go tool's words. `Unknown`: deleted, and not to be told by its id. */
export type IdentityType = 'Root' | 'RamUser' | 'RamRole' | 'Unknown';

export interface Identity {
  /** Digits. */
  uid: string;
  type: IdentityType;
  /** `null` for the account itself, and for what is deleted. */
  name: string | null;
  /** There is no such user, role or account any more, or never was in this account. */
  deleted: boolean;
}

/** First digits of ids, as RAM gives them out: a hint about those that are gone, and nothing more. */
const typeByDigit: ReadonlyMap<string, IdentityType> = new Map([
  ['1', 'Root'],
  ['5', 'Root'],
  ['2', 'RamUser'],
  ['3', 'RamRole'],
]);

/** The id as RAM writes it. Throws `USAGE` for anything else, and for 0. */
export function checkUid(text: string, flag = '--user-id'): string {
  const uid = /^0*([1-9]\d{0,31})$/.exec(text)?.[1];
  if (uid !== undefined) return uid;
  throw usageError(`${flag} ${JSON.stringify(text.slice(0, 80))} is not the id of a RAM user or role`);
}

/** Tells identities by their ids. Whoever is in neither list and is not the account itself is deleted, whatever the id. */
export function identifyBy({ accountId, users, roles }: Directory): (uid: string) => Identity {
  const known = new Map<string, Identity>();
  const add = (uid: string, type: IdentityType, name: string | null): void => {
    if (uid !== '') known.set(uid, { uid, type, name, deleted: false });
  };
  for (const { id, name } of users) add(id, 'RamUser', name);
  for (const { id, name } of roles) add(id, 'RamRole', name);
  add(accountId, 'Root', null);
  return (uid) =>
    known.get(uid) ?? { uid, type: typeByDigit.get(uid.slice(0, 1)) ?? 'Unknown', name: null, deleted: true };
}

/** `RAM user foo (2432…)`; what it is as far as that is known. */
export function identityTitle({ uid, type, name, deleted }: Identity): string {
  const kind = { Root: 'account', RamUser: 'RAM user', RamRole: 'RAM role', Unknown: 'identity' }[type];
  if (deleted) return `deleted ${kind} ${uid}`;
  return name === null ? `${kind} ${uid}` : `${kind} ${name} (${uid})`;
}
