declare module 'node-gyp-build' {
  /** Loads the addon that was built in, or is shipped for, the package in `directory`. Throws when there is none. */
  export default function nodeGypBuild<Addon>(directory: string): Addon;
}
