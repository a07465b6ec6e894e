/**
 * What a program said on standard error, as facts that two programs with different words can
 * share: in whose name, about what, for which reason of the system, naming which words, and
 * whether the usage text or the version was shown.
 *
 * Not here: whether two programs said the same; see compare.ts.
 */

/** The facts of one standard error. */
export interface Said {
  /** The names that begin the lines, sorted. A line without one counts as `?`. */
  readonly names: readonly string[];
  readonly usage: boolean;
  /** The version, where a line is nothing but name and version. */
  readonly version: boolean;
  /** What the messages are about, sorted; see {@link TOPICS}. A message about nothing known: `?`. */
  readonly topics: readonly string[];
  /** Reasons by their code in C, sorted: `ENOENT`; see {@link REASONS}. */
  readonly reasons: readonly string[];
  /** Which words of the command line are named, in their order there. */
  readonly mentions: readonly string[];
}

/** Topics, each with words of the messages, of C spiped and of ours, that are about it. */
const TOPICS: readonly { readonly topic: string; readonly says: RegExp }[] = [
  { topic: 'unknown option', says: /illegal option|unknown option|takes no argument/i },
  { topic: 'argument missing', says: /missing argument to|needs an argument/i },
  { topic: 'bad value', says: /error parsing argument|cannot be understood|out of range/i },
  { topic: 'several addresses', says: /the first of multiple addresses/i },
  { topic: 'pid file', says: /fopen|failed to daemonize|unexpected eof in pipe|pid file/i },
  { topic: 'listening', says: /error binding socket|cannot listen/i },
  { topic: 'key', says: /cannot open file|error reading|key file/i },
  {
    topic: 'privileges',
    says: /no such (user|group)|drop privileges|supplementary|empty group|user and\/or|option -u|\(-u\)/i,
  },
  { topic: 'connecting', says: /could not connect|spipe: connect:/i },
  {
    topic: 'handshake',
    says: /handshake|proof of the key|anything of our key|sen(t|ding) (a|no) byte|first (32 )?bytes/i,
  },
  { topic: 'connection lost', says: /connection error/i },
  {
    topic: 'use of options',
    says: /is required|given twice|exclude each other|unexpected argument|is not a number|goes with|neither a user/i,
  },
  {
    topic: 'address',
    says: /address|port number|look(ing)? up|socket path/i,
  },
];

/** Reasons by their code in C, and how C's library and Node's spell them. */
const REASONS: Readonly<Record<string, RegExp>> = {
  ENOENT: /no such file or directory|\bENOENT\b/i,
  EACCES: /permission denied|\bEACCES\b/i,
  EISDIR: /is a directory|illegal operation on a directory|\bEISDIR\b/i,
  ENOTDIR: /not a directory|\bENOTDIR\b/i,
  EADDRINUSE: /address already in use|\bEADDRINUSE\b/i,
  EPERM: /operation not permitted|\bEPERM\b/i,
  EINVAL: /invalid argument|cannot be understood|\bEINVAL\b/i,
  ERANGE: /numerical result out of range|is out of range/i,
  ECONNREFUSED: /connection refused|\bECONNREFUSED\b/i,
  'no user': /no such user/i,
  'no group': /no such group/i,
  'no name': /name or service not known|failure in name resolution|\bENOTFOUND\b|\bEAI_AGAIN\b/i,
};

/**
 * Takes a standard error apart. `args` are the words of the command line, as they stand in the
 * text: with placeholders, where it has placeholders.
 */
export function listen(stderr: string, args: readonly string[]): Said {
  const lines = stderr.split('\n').filter((line) => line !== '');
  const usage = lines.findIndex((line) => line.startsWith('usage: '));
  const spoken = usage === -1 ? lines : lines.slice(0, usage);
  const version = spoken.filter((line) => /^\w+ \d+\.\d+\.\d+\S*$/.test(line));
  const messages = spoken.filter((line) => !version.includes(line));
  return {
    names: distinct(messages.map((line) => /^(\w+): /.exec(line)?.[1] ?? '?')),
    usage: usage !== -1,
    version: version.length > 0,
    topics: distinct(messages.map(topicOf)),
    reasons: Object.entries(REASONS)
      .filter(([, words]) => messages.some((line) => words.test(line)))
      .map(([code]) => code),
    mentions: distinct(args.flatMap(valuesIn), false).filter((word) =>
      messages.some((line) => names(line, word)),
    ),
  };
}

function topicOf(message: string): string {
  return TOPICS.find(({ says }) => says.test(message))?.topic ?? '?';
}

/** The words that a message could name for one word of the command line: `-k`, `-kvalue`, `value`. */
function valuesIn(word: string): readonly string[] {
  const attached = /^(--[^=]+)=(.*)$/s.exec(word) ?? /^(-[^-])(.+)$/s.exec(word);
  const parts = attached === null ? [word] : [word, attached[1] ?? '', attached[2] ?? ''];
  return parts.filter((part) => part !== '' && part !== '-' && part !== '--');
}

/** Does the message hold the word, not as a part of another one? Quoted as JSON counts. */
function names(message: string, word: string): boolean {
  const inside = JSON.stringify(word).slice(1, -1);
  return [word, inside].some((form) => {
    for (let at = message.indexOf(form); at !== -1; at = message.indexOf(form, at + 1)) {
      const before = message[at - 1] ?? ' ';
      const after = message[at + form.length] ?? ' ';
      if (!/[\w.:[\]/-]/.test(before) && !/[\w[\]/-]/.test(after)) return true;
    }
    return false;
  });
}

function distinct(values: readonly string[], sorted = true): readonly string[] {
  const once = [...new Set(values)];
  return sorted ? once.sort() : once;
}
