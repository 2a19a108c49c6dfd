import type { PastedExplanation } from '../../rrsa/pasted-error.ts';
import type { Presenter } from './presenter.ts';

type Evidence = PastedExplanation['evidence'][number];

const says =
  (line: number, code: string) =>
  (other: Evidence): boolean =>
    other.what === 'message' && other.line === line && other.text.includes(code);

/** `rrsa explain-error`. The labels are those of scripts, and the same in every language. */
export const explainErrorPresenter: Presenter<PastedExplanation> = {
  text({ cause = '', cure = '', evidence }) {
    const [first = '', ...others] = evidence
      // A line that is the whole error is its code and its message.
      .filter(({ what, line, text }) => !(what === 'code' && evidence.some(says(line, text))))
      .map(({ what, line, text }) => `line ${line}: ${what === 'requestId' ? 'request id ' : ''}${text}`);
    return [
      `cause:    ${cause}`,
      `evidence: ${first}`,
      ...others.map((text) => `          ${text}`),
      `cure:     ${cure}`,
    ]
      .map((line) => `${line}\n`)
      .join('');
  },
  json: ({ found, code, cause, evidence, cure, requestId }) => ({
    found,
    code,
    cause,
    evidence: evidence.map(({ what, line, text }) => ({ what, line, text })),
    cure,
    requestId,
  }),
};
