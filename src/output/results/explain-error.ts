import type { PastedExplanation } from '../../rrsa/pasted-error.ts';
import type { Presenter } from './presenter.ts';

/** `rrsa explain-error`. The labels are those of scripts, and the same in every language. */
export const explainErrorPresenter: Presenter<PastedExplanation> = {
  text({ cause = '', cure = '', evidence }) {
    const [first = '', ...others] = evidence.map(
      ({ what, line, text }) => `line ${line}: ${what === 'requestId' ? 'request id ' : ''}${text}`,
    );
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
