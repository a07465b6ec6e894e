/**
 * The command line of `spiped-trace`: a command, a file and the options of that command.
 *
 * Pure: the outcome is data. It has no ancestor in C, so it is read by Node's own parser and not
 * as C would; what `spiped` and `spipe` accept is in `command-line.ts`.
 */

import { parseArgs } from 'node:util';
import { VERSION } from '../config/version.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { TraceTask } from '../trace/run-trace.ts';
import type { CommandLine } from './command-line.ts';

const NAME = 'spiped-trace';

const USAGE = `usage: ${NAME} show <file> [--hex]
       ${NAME} replay <file> [--key <key file>]
       ${NAME} verify <file> --key <key file>
       ${NAME} redact <file>
       ${NAME} html <file> [--peer <file>] [--key <key file>] [--output <file>] [--secrets]
       ${NAME} --version | --help
`;

const HELP = `${USAGE}
Reads the event log of one connection, as spiped --event-log writes it.

  show     print one readable line for each event
  replay   run the core again over a full log: every effect and byte must come out the same
  verify   check the bytes on the wire with the key: MACs, ranges, order, lengths, amounts
  redact   print a full log without its secrets: the wire log of the same connection
  html     make a page of it: a diagram, every byte with its meaning, both machines' states

  --hex                show the bytes of each event too
  -k, --key <file>     the shared key; - is standard input
  --peer <file>        the log of the other end, to be shown on the same page
  -o, --output <file>  write the page there, not to standard output
  --secrets            show plaintext and keys of the connection too (never the shared key)
  --version            print the version
  --help               print this text

The exit status is 0 if all is well, and 1 if the log is damaged, cut short, replays differently
or fails a check.
`;

/** Which options each command takes. */
const COMMANDS: Readonly<Record<TraceTask['command'], readonly string[]>> = {
  show: ['hex'],
  replay: ['key'],
  verify: ['key'],
  redact: [],
  html: ['peer', 'key', 'output', 'secrets'],
};

const EXPECTED = 'expected show, replay, verify, redact or html';

/** What `spiped-trace` is to do with these arguments (without the program's name). */
export function parseTrace(args: readonly string[]): CommandLine<TraceTask> {
  let parsed: ReturnType<typeof readArguments>;
  try {
    parsed = readArguments(args);
  } catch (error) {
    return refuse(firstSentence(error));
  }
  const { values, positionals } = parsed;
  if (values.help === true) return answer(HELP);
  if (values.version === true) return answer(`${NAME} ${VERSION}\n`);
  const [command, file, ...others] = positionals;
  if (command === undefined) return refuse(`no command: ${EXPECTED}`);
  if (!isCommand(command)) {
    return refuse(`unknown command: ${JSON.stringify(command)}: ${EXPECTED}`);
  }
  if (file === undefined) return refuse(`${command} needs the file of an event log`);
  if (others[0] !== undefined) return refuse(`unexpected argument: ${JSON.stringify(others[0])}`);
  const stray = Object.keys(values).find((option) => !COMMANDS[command].includes(option));
  if (stray !== undefined) return refuse(`option --${stray} does not go with ${command}`);
  const { key: keyFile, peer: peerFile, output, hex = false, secrets = false } = values;
  switch (command) {
    case 'show':
      return run({ command, file, hex });
    case 'replay':
      return run({ command, file, keyFile });
    case 'verify':
      return keyFile === undefined
        ? refuse('no key: verify needs --key <key file>')
        : run({ command, file, keyFile });
    case 'redact':
      return run({ command, file });
    case 'html':
      return run({ command, file, peerFile, keyFile, output, secrets });
  }
}

function readArguments(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      hex: { type: 'boolean' },
      key: { type: 'string', short: 'k' },
      peer: { type: 'string' },
      output: { type: 'string', short: 'o' },
      secrets: { type: 'boolean' },
      version: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
}

function isCommand(word: string): word is TraceTask['command'] {
  return Object.hasOwn(COMMANDS, word);
}

function run(config: TraceTask): CommandLine<TraceTask> {
  return { kind: 'run', config };
}

function answer(text: string): CommandLine<TraceTask> {
  return { kind: 'exit', exitCode: 0, stream: 'stdout', text };
}

function refuse(message: string): CommandLine<TraceTask> {
  return { kind: 'exit', exitCode: 1, stream: 'stderr', text: `${NAME}: ${message}\n${USAGE}` };
}

/** Node's message without its advice, on one line and in our case. */
function firstSentence(error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  const [sentence = ''] = line.split('. ');
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
