/** The address cases, for every pairing. */

import { addresses } from './cases/addresses.ts';
import { declareMatrix } from './matrix.ts';

await declareMatrix('addresses', addresses);
