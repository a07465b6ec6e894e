/** The transition table of the connection reducer, both roles together. */

import type { ConnectionState } from './connection.ts';
import { type SharedRow, tableOf } from './transitions.ts';
import type { ConnectionEvent } from './vocabulary.ts';

type Phase = ConnectionState['phase'];

const server: readonly Phase[] = ['dialingAndHandshaking', 'handshakingUndialed'];
const sending: readonly Phase[] = [...server, 'dialingEstablished', 'handshaking', 'piping'];
const setUp: readonly Phase[] = ['dialing', ...server, 'dialingEstablished', 'handshaking'];

// biome-ignore format: one row is one line
const rows: readonly SharedRow<Phase, ConnectionEvent['type']>[] = [
  ['idle', 'connectionAccepted', ['dialing', ...server], 'the target is dialled, or not yet (CN-2); a server sends its nonce (CN-3)'],
  ['dialing', 'targetConnected', 'handshaking', 'a client sends its nonce (CN-3)'],
  ['dialingAndHandshaking', 'targetConnected', 'handshaking', 'the handshake goes on'],
  ['dialingEstablished', 'targetConnected', ['piping', 'delivering', 'closed'], 'the pipe stands (CN-6), unless an early packet is bad'],
  ['dialingAndHandshaking', 'bytesReceived', ['same', 'dialingEstablished', 'closed'], 'cipher side, to the handshake'],
  ['handshakingUndialed', 'bytesReceived', ['same', 'dialingEstablished', 'closed'], 'cipher side, to the handshake; when it is done the target is dialled (CN-2)'],
  ['handshaking', 'bytesReceived', ['same', 'piping', 'delivering', 'closed'], 'cipher side, to the handshake; the pipe stands, unless an early packet is bad'],
  ['dialingEstablished', 'bytesReceived', 'same', 'cipher side, kept (CN-7)'],
  ['piping', 'bytesReceived', ['same', 'delivering', 'closed'], 'sealed or opened, and sent on (CN-8); a bad packet closes its side, and what is on its way to the other is delivered (CN-26)'],
  [[...server, 'handshaking'], 'endReceived', ['same', 'closed'], 'cipher side; closed unless the handshake has all it needs (HS-4)'],
  ['dialingEstablished', 'endReceived', 'same', 'cipher side, remembered'],
  ['piping', 'endReceived', 'same', 'the other side is half-closed (CN-10)'],
  ['piping', 'endCompleted', ['same', 'closed'], 'closed when it is the second (CN-12)'],
  [server, 'keyPairGenerated', 'same', 'to the handshake'],
  ['handshaking', 'keyPairGenerated', ['same', 'closed'], 'to the handshake; closed when what a client’s peer sent meanwhile is no proof'],
  ['dialingAndHandshaking', 'sharedSecretComputed', 'dialingEstablished', 'the handshake is done; the target is not there yet'],
  ['handshakingUndialed', 'sharedSecretComputed', 'dialingEstablished', 'the handshake is done; the target is dialled (CN-2)'],
  ['handshaking', 'sharedSecretComputed', ['piping', 'delivering', 'closed'], 'the pipe stands (CN-6), unless an early packet is bad'],
  [sending, 'writeCompleted', 'same', 'the opposite side may be read again (CN-9)'],
  [['dialing', 'dialingAndHandshaking', 'dialingEstablished'], 'targetConnectFailed', 'closed', 'CN-4'],
  [['dialing', ...server], 'timerExpired', 'closed', 'TM-2, TM-3'],
  ['dialingEstablished', 'timerExpired', ['same', 'closed'], 'closed by the connect timer (TM-2), not by the other (TM-5)'],
  ['handshaking', 'timerExpired', ['same', 'closed'], 'closed by the handshake timer (TM-3), not by the other (TM-5)'],
  ['piping', 'timerExpired', 'same', 'neither bounds anything any more (TM-4, TM-5)'],
  [setUp, 'socketFailed', 'closed', 'CN-11'],
  ['piping', 'socketFailed', ['delivering', 'closed'], 'CN-11; what is on its way to the other side is delivered (CN-26)'],
  [[...setUp, 'piping'], 'cancelRequested', 'closed', 'the owner gives the connection up'],
  ['delivering', 'writeCompleted', ['same', 'closed'], 'closed when all is delivered (CN-26)'],
  ['delivering', 'timerExpired', ['same', 'closed'], 'closed by the delivery timer (TM-7), not by another (TM-5)'],
  ['delivering', 'socketFailed', ['same', 'closed'], 'closed when it is the side that is still open'],
  ['delivering', 'cancelRequested', 'closed', 'the owner gives up what is not delivered'],
  ['delivering', ['bytesReceived', 'endReceived', 'endCompleted'], 'same', 'too late to matter (CN-23)'],
  [['idle', 'dialing', ...sending, 'delivering'], 'defectFound', 'closed', 'the program is at fault, and ends this connection (CN-15)'],
];

export const connectionTransitions = tableOf('Connection', 'idle', rows);
