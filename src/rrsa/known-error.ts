/** What a row of the error tables is, and how an error finds its row. The rows are in the files `*-errors.ts`. */
import type { CloudService } from '../errors.ts';
import type { Lang } from '../lang.ts';

export type Texts = Readonly<Record<Lang, string>>;

/** An error that is known, with its cause and its cure. Placeholders of the texts: see `explainRow`. */
export interface KnownError {
  /** Stable; kebab-case. */
  id: string;
  /** Codes of the API. One that ends in a dot stands for all that begin with it. Empty: known by its words alone. */
  codes: readonly string[];
  /** Parts of messages, in lower case: they tell apart errors of one code, and an error whose code is not at hand. */
  says: readonly string[];
  /** The code alone is not enough. */
  onlyIfSaid?: true;
  /** With this code, other services mean something else. */
  service?: CloudService;
  cause: Texts;
  cure: Texts;
}

/** What is at hand of an error. */
export interface ErrorFacts {
  /** Empty when only the words of it are known. */
  code: string;
  /** The message, and whatever came with it. */
  text: string;
  service?: CloudService | undefined;
  /** The RAM action that was refused: `cs:DescribeClusters`. Default: the one that the text names. */
  action?: string | undefined;
}

export interface Explained {
  /** Of the row. */
  id: string;
  cause: string;
  /** With commands in backticks. Words in capitals are to be filled in. */
  cure: string;
}

/** True for a code that the row has, or that begins with one of its codes that end in a dot. */
export function hasCode({ codes }: KnownError, code: string): boolean {
  return codes.some((own) => (own.endsWith('.') ? code.startsWith(own) : code === own));
}

/**
 * The row for an error: by its code, and among several of that code by its service and its words; without a code by its
 * words.
 */
export function findRow(rows: readonly KnownError[], facts: ErrorFacts): KnownError | undefined {
  const text = facts.text.toLowerCase();
  const isSaid = ({ says }: KnownError): boolean => says.some((part) => text.includes(part));
  if (facts.code === '') return rows.find(isSaid);
  const named = rows.filter(
    (row) =>
      hasCode(row, facts.code) &&
      (row.service === undefined || (facts.service === undefined ? isSaid(row) : facts.service === row.service)),
  );
  const pick = (some: readonly KnownError[]): KnownError | undefined =>
    some.find(isSaid) ?? some.find(({ onlyIfSaid }) => !onlyIfSaid);
  return pick(named.filter(({ service }) => service !== undefined)) ?? pick(named);
}

/** Cause and cure of an error in a language; `undefined` when no row knows it. */
export function explainBy(rows: readonly KnownError[], facts: ErrorFacts, lang: Lang): Explained | undefined {
  const row = findRow(rows, facts);
  return row && explainRow(row, facts, lang);
}

/**
 * The texts of a row for an error. In them `{action}`, `{issuer}` and `{parameter}` are what the error names, and ROLE_NAME,
 * CLUSTER_ID, NAMESPACE and SERVICE_ACCOUNT stay as they are where it names none.
 */
export function explainRow(row: KnownError, facts: ErrorFacts, lang: Lang): Explained {
  const names = namesIn(facts, lang);
  const fill = (text: string): string =>
    text.replace(
      /\{\w+\}|\b(?:ROLE_NAME|CLUSTER_ID|NAMESPACE|SERVICE_ACCOUNT)\b/g,
      (placeholder) => names[placeholder] ?? placeholder,
    );
  return { id: row.id, cause: fill(row.cause[lang]), cure: fill(row.cure[lang]) };
}

const unnamed: Record<Lang, Record<'action' | 'issuer' | 'parameter', string>> = {
  en: { action: 'this call', issuer: 'another issuer', parameter: 'a parameter' },
  zh: { action: '该操作', issuer: '其他 Issuer', parameter: '参数' },
};

/** Only names of the grammar of such things: they become part of commands. */
function namesIn({ code, text, action }: ErrorFacts, lang: Lang): Record<string, string | undefined> {
  const role =
    first(text, /\bacs:ram::\d{1,20}:(?:assumed-)?role\/([A-Za-z0-9._-]{0,63}[A-Za-z0-9_-])/) ??
    (text.includes('AssumedRoleUser')
      ? first(text, /"AuthPrincipalDisplayName\W{1,6}([A-Za-z0-9._-]{1,64}):/)
      : undefined);
  const [, namespace, serviceAccount] =
    /\bsystem:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})/.exec(text) ?? [];
  const refused = action ?? first(text, /\b(?:action|AuthAction)\W{1,6}([a-z]{2,20}:[A-Za-z]{2,64})/);
  return {
    ROLE_NAME: role,
    CLUSTER_ID: first(text, /\boidc-provider\/ack-rrsa-([A-Za-z0-9][A-Za-z0-9-]{0,63})/),
    NAMESPACE: namespace,
    SERVICE_ACCOUNT: serviceAccount,
    '{action}': refused ?? unnamed[lang].action,
    '{issuer}': first(text, /\bthe issuer is (https?:\/\/[\w.:/%-]{1,255}\w)/) ?? unnamed[lang].issuer,
    '{parameter}':
      /^(?:InvalidParameter\.|Missing)([A-Z][A-Za-z]+)/.exec(code.replace('MissingParameter', ''))?.[1] ??
      unnamed[lang].parameter,
  };
}

function first(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1];
}
