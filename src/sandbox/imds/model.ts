import { randomBytes } from 'node:crypto';
import type { SandboxAccount, SandboxRole, SandboxSession, Store } from '../store.ts';
import { issueSession, isTrusted } from '../sts/model.ts';
import type { OperationContext } from '../types.ts';

export const instanceId = 'i-bp1sandbox0000000001';

const maxTokens = 10_000;
const credentialSeconds = 6 * 3600;
const ecsService = { kind: 'Service', name: 'ecs.aliyuncs.com' } as const;

export interface InstanceRole {
  account: SandboxAccount;
  role: SandboxRole;
}

/** Every role that an ECS instance may have: those that trust the service `ecs.aliyuncs.com`. */
export function instanceRoles(store: Store, ctx: Pick<OperationContext, 'now' | 'endpoint'>): InstanceRole[] {
  return store.accounts.flatMap((account) =>
    account.roles.filter((role) => isTrusted(role, ecsService, ctx)).map((role) => ({ account, role })),
  );
}

/** What the metadata service remembers: its tokens, and the credentials that it gives out until they are due. */
export class MetadataMemory {
  readonly #tokens = new Map<string, number>();
  readonly #credentials = new Map<string, { session: SandboxSession; renewAt: number; issuedAt: number }>();

  /** A token of metadata v2 that counts for so many seconds. */
  issueToken(ttlSeconds: number, now: number): string {
    for (const [token, expiresAt] of this.#tokens) {
      if (expiresAt <= now || this.#tokens.size >= maxTokens) this.#tokens.delete(token);
    }
    const token = randomBytes(42).toString('base64url');
    this.#tokens.set(token, now + ttlSeconds * 1000);
    return token;
  }

  isToken(token: string, now: number): boolean {
    return (this.#tokens.get(token) ?? 0) > now;
  }

  /** The same credentials for the first two thirds of their life, then new ones. */
  credentialsOf(store: Store, { account, role }: InstanceRole, now: number) {
    const key = `${account.id}/${role.id}`;
    const present = this.#credentials.get(key);
    if (present !== undefined && present.renewAt > now) return present;
    const session = issueSession(store, {
      accountId: account.id,
      role,
      sessionName: instanceId,
      durationSeconds: credentialSeconds,
      now,
    });
    const issued = { session, issuedAt: now, renewAt: now + ((session.expiresAt - now) * 2) / 3 };
    this.#credentials.set(key, issued);
    return issued;
  }
}
