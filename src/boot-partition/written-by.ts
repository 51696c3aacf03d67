/** The first line of the files that the import writes, for whoever opens one. */
export const WRITTEN_BY =
  '# Written from the settings file on the card at each change of it: what is changed here is lost.';
