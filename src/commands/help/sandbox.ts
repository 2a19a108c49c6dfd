import type { HelpTable } from './help-contents.ts';

export const sandboxHelp: HelpTable = {
  'sandbox start': {
    paragraph:
      'When it is ready it prints one JSON line with its endpoint and the environment that makes this tool and the SDKs use it.',
    exitCodes: {
      0: null,
    },
  },
  'sandbox run': {
    paragraph:
      'The command gets the endpoints and the keys of the administrator in its environment, in the place of all credentials that were there. The sandbox ends with it, and nothing of it is kept.',
    exitCodes: {
      0: null,
      1: 'the sandbox could not be started',
      child: 'the exit code of COMMAND is passed on',
      126: 'COMMAND cannot be executed',
      127: 'COMMAND is not found',
      '128+n': 'COMMAND was ended by signal n',
    },
  },
  'sandbox token': {
    paragraph:
      'The token is what a pod of that service account would find in its file: signed by the issuer of the cluster, with the audience of STS. STS takes it once RRSA is on for the cluster. Which sandbox is asked, ACK_RAM_TOOL_SANDBOX_URL says, which `sandbox run` and the line of `sandbox start` have set.',
  },
  'sandbox tour': {
    paragraph:
      'Starts a sandbox, turns RRSA on for a cluster, associates a role, mints a token and exchanges it for credentials, and runs a program with them, each command shown before its output. Nothing outside of this machine is called.',
    exitCodes: {
      1: 'some step did not end as it should',
    },
  },
};
