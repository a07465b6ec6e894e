/**
 * What a person can paste after the demonstration: the smallest pipe that answers, with an event
 * log, on this machine. Every line works in any shell of POSIX, from any directory.
 */

/** Where the lines are to find and put things. */
export interface Place {
  /** The directory of our built commands. */
  readonly commands: string;
  /** Two ports of 127.0.0.1 on which nobody listens. */
  readonly targetPort: number;
  readonly pipePort: number;
}

/** The lines, first to last. The second starts what the pipe leads to, in the background. */
export function nowTry({ commands, targetPort, pipePort }: Place): readonly string[] {
  const at = (port: number): string => `'[127.0.0.1]:${port}'`;
  const answer = `require('net').createServer((s) => s.pipe(s)).listen(${targetPort}, '127.0.0.1')`;
  return [
    `cd "$(mktemp -d)" && PATH=${quoted(commands)}:$PATH`,
    `node -e "${answer}" & echo $! >target.pid`,
    'mkdir logs; (umask 077; dd if=/dev/urandom of=keyfile bs=32 count=1 2>/dev/null)',
    `spiped.js -d -s ${at(pipePort)} -t ${at(targetPort)} -k keyfile -p spiped.pid --event-log logs`,
    `echo 'Is anybody there?' | spipe.js -t ${at(pipePort)} -k keyfile`,
    'spiped-trace.js show logs/*',
    'kill "$(cat spiped.pid)" "$(cat target.pid)"',
  ];
}

/** One word of the shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
