/** Stops what it was returned for; without effect when that is over. */
export type Cancel = () => void;
