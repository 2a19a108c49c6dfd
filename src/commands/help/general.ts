import type { HelpTable } from './help-contents.ts';

export const generalHelp: HelpTable = {
  'help permissions': {
    paragraph:
      'One line for each call that a command may make: the action of a RAM policy, what it is needed on, whether it changes something, and what decides that it is called. With --emit-policy a command prints the policy for its own command line.',
  },
  version: {
    paragraph: 'The same as --version. With -o json it is a document, for scripts that check which version they run.',
  },
};
