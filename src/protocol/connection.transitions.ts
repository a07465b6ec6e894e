/** The transition table of the connection reducer, both roles together. */

import type { TransitionRow, TransitionTable } from './transitions.ts';

const dialing = ['dialing', 'dialingAndHandshaking', 'dialingEstablished'];
const sending = [
  'dialingAndHandshaking',
  'handshakingUndialed',
  'dialingEstablished',
  'handshaking',
  'piping',
];
const open = ['idle', 'dialing', ...sending, 'delivering'];
const setUp = ['dialing', ...sending].filter((phase) => phase !== 'piping');

function closing(from: readonly string[], event: string, note: string): readonly TransitionRow[] {
  return from.map((phase) => ({ from: phase, event, to: ['closed'], note }));
}

export const connectionTransitions: TransitionTable = {
  machine: 'Connection',
  initial: 'idle',
  rows: [
    {
      from: 'idle',
      event: 'connectionAccepted',
      to: ['dialing', 'dialingAndHandshaking', 'handshakingUndialed'],
      note: 'the target is dialled, or not yet (CN-2); a server sends its nonce (CN-3)',
    },
    {
      from: 'dialing',
      event: 'targetConnected',
      to: ['handshaking'],
      note: 'a client sends its nonce (CN-3)',
    },
    {
      from: 'dialingAndHandshaking',
      event: 'targetConnected',
      to: ['handshaking'],
      note: 'the handshake goes on',
    },
    {
      from: 'dialingEstablished',
      event: 'targetConnected',
      to: ['piping', 'delivering', 'closed'],
      note: 'the pipe stands (CN-6), unless an early packet is bad',
    },
    {
      from: 'dialingAndHandshaking',
      event: 'bytesReceived',
      to: ['dialingAndHandshaking', 'dialingEstablished', 'closed'],
      note: 'cipher side, to the handshake',
    },
    {
      from: 'handshakingUndialed',
      event: 'bytesReceived',
      to: ['handshakingUndialed', 'dialingEstablished', 'closed'],
      note: 'cipher side, to the handshake; when it is done the target is dialled (CN-2)',
    },
    {
      from: 'handshaking',
      event: 'bytesReceived',
      to: ['handshaking', 'piping', 'delivering', 'closed'],
      note: 'cipher side, to the handshake; the pipe stands, unless an early packet is bad',
    },
    {
      from: 'dialingEstablished',
      event: 'bytesReceived',
      to: ['dialingEstablished'],
      note: 'cipher side, kept (CN-7)',
    },
    {
      from: 'piping',
      event: 'bytesReceived',
      to: ['piping', 'delivering', 'closed'],
      note: 'sealed or opened, and sent on (CN-8); a bad packet closes its side, and what is on its way to the other is delivered (CN-26)',
    },
    {
      from: 'dialingAndHandshaking',
      event: 'endReceived',
      to: ['dialingAndHandshaking', 'closed'],
      note: 'cipher side; closed unless the handshake has all it needs (HS-4)',
    },
    {
      from: 'handshakingUndialed',
      event: 'endReceived',
      to: ['handshakingUndialed', 'closed'],
      note: 'cipher side; closed unless the handshake has all it needs (HS-4)',
    },
    {
      from: 'handshaking',
      event: 'endReceived',
      to: ['handshaking', 'closed'],
      note: 'cipher side; closed unless the handshake has all it needs (HS-4)',
    },
    {
      from: 'dialingEstablished',
      event: 'endReceived',
      to: ['dialingEstablished'],
      note: 'cipher side, remembered',
    },
    {
      from: 'piping',
      event: 'endReceived',
      to: ['piping'],
      note: 'the other side is half-closed (CN-10)',
    },
    {
      from: 'piping',
      event: 'endCompleted',
      to: ['piping', 'closed'],
      note: 'closed when it is the second (CN-12)',
    },
    {
      from: 'dialingAndHandshaking',
      event: 'keyPairGenerated',
      to: ['dialingAndHandshaking'],
      note: 'to the handshake',
    },
    {
      from: 'handshakingUndialed',
      event: 'keyPairGenerated',
      to: ['handshakingUndialed'],
      note: 'to the handshake',
    },
    {
      from: 'handshaking',
      event: 'keyPairGenerated',
      to: ['handshaking', 'closed'],
      note: 'to the handshake; closed when what a client’s peer sent meanwhile is no proof',
    },
    {
      from: 'dialingAndHandshaking',
      event: 'sharedSecretComputed',
      to: ['dialingEstablished'],
      note: 'the handshake is done; the target is not there yet',
    },
    {
      from: 'handshakingUndialed',
      event: 'sharedSecretComputed',
      to: ['dialingEstablished'],
      note: 'the handshake is done; the target is dialled (CN-2)',
    },
    {
      from: 'handshaking',
      event: 'sharedSecretComputed',
      to: ['piping', 'delivering', 'closed'],
      note: 'the pipe stands (CN-6), unless an early packet is bad',
    },
    ...sending.map((from) => ({
      from,
      event: 'writeCompleted',
      to: [from],
      note: 'the opposite side may be read again (CN-9)',
    })),
    ...closing(dialing, 'targetConnectFailed', 'CN-4'),
    ...closing(
      ['dialing', 'dialingAndHandshaking', 'handshakingUndialed'],
      'timerExpired',
      'TM-2, TM-3',
    ),
    {
      from: 'dialingEstablished',
      event: 'timerExpired',
      to: ['dialingEstablished', 'closed'],
      note: 'closed by the connect timer (TM-2), not by the other (TM-5)',
    },
    {
      from: 'handshaking',
      event: 'timerExpired',
      to: ['handshaking', 'closed'],
      note: 'closed by the handshake timer (TM-3), not by the other (TM-5)',
    },
    {
      from: 'piping',
      event: 'timerExpired',
      to: ['piping'],
      note: 'neither bounds anything any more (TM-4, TM-5)',
    },
    ...closing(setUp, 'socketFailed', 'CN-11'),
    {
      from: 'piping',
      event: 'socketFailed',
      to: ['delivering', 'closed'],
      note: 'CN-11; what is on its way to the other side is delivered (CN-26)',
    },
    ...closing([...setUp, 'piping'], 'cancelRequested', 'the owner gives the connection up'),
    {
      from: 'delivering',
      event: 'writeCompleted',
      to: ['delivering', 'closed'],
      note: 'closed when all is delivered (CN-26)',
    },
    {
      from: 'delivering',
      event: 'timerExpired',
      to: ['delivering', 'closed'],
      note: 'closed by the delivery timer (TM-7), not by another (TM-5)',
    },
    {
      from: 'delivering',
      event: 'socketFailed',
      to: ['delivering', 'closed'],
      note: 'closed when it is the side that is still open',
    },
    ...closing(['delivering'], 'cancelRequested', 'the owner gives up what is not delivered'),
    ...['bytesReceived', 'endReceived', 'endCompleted'].map((event) => ({
      from: 'delivering',
      event,
      to: ['delivering'],
      note: 'too late to matter (CN-23)',
    })),
    ...closing(open, 'defectFound', 'the program is at fault, and ends this connection (CN-15)'),
  ],
};
