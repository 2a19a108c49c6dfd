/** What a check of `rrsa doctor` is. The table of them, in the order of the chain, is in `checks.ts`. */

export type CheckStatus = 'ok' | 'fault' | 'warning' | 'skipped';

/** The chain from credentials to a cloud call, in order. A check belongs to one link of it. */
export const links = [
  'credentials',
  'cluster',
  'issuer',
  'provider',
  'role',
  'trust',
  'namespace',
  'service account',
  'pod',
  'token',
  'STS',
] as const;

export type Link = (typeof links)[number];

/** A change that mends a fault and can do no harm. Run only after the one question of `--fix`. */
export interface Fix {
  /** What it does, such as `label namespace app`. */
  title: string;
  /** Throws what the use case behind it throws. */
  run(): Promise<void>;
}

/** What a check found. */
export interface Finding {
  status: CheckStatus;
  /** What was looked at, such as `namespace app`; absent: the title of the check says it. */
  subject?: string | undefined;
  /** One sentence: what is so, or why it was skipped. Never a secret, never a part of a token. */
  message: string;
  /** What to do, with a command that can be pasted where there is one. Only with a fault or a warning. */
  cure?: string | undefined;
  /** Only with a fault or warning that can be mended from here. */
  fix?: Fix | undefined;
}

/**
 * One check.
 * @template Patient what it looks at; every read is made once, however many checks ask for it
 */
export interface Check<Patient> {
  /** Stable; kebab-case. Interface for users. */
  id: string;
  link: Link;
  /** What it looks at, for `doctor --list`: one sentence fragment. */
  title: string;
  /** Ids of checks that must have ended without a fault; otherwise this one is skipped, and says after which. */
  after: readonly string[];
  /** Whether it has anything to look at in this run; else it is left out, whatever came before. Default: it has. */
  concerns?: ((patient: Patient) => boolean) | undefined;
  /** `undefined` when it turns out to have nothing to look at, and is left out. */
  run(patient: Patient, signal: AbortSignal): Promise<Finding | undefined>;
}

/** A check that was run, as it is presented. */
export interface CheckResult extends Finding {
  id: string;
  link: Link;
  title: string;
}

export interface Diagnosis {
  /** No check found a fault. Warnings do not count. */
  healthy: boolean;
  /** In table order, whatever the order they ended in. */
  checks: CheckResult[];
}
