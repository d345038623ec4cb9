// In front of the bundle for the Node.js of a distribution. Syntax of Node.js 12: an older one must be able to read the
// whole file, to say that it is too old.
(() => {
  const needed = 18;
  if (Number.parseInt(process.versions.node, 10) < needed) {
    process.stderr.write(
      `bootlace: Node.js ${needed} or later is needed; this is ${process.version} (${process.execPath})\n`,
    );
    process.exit(4);
  }
  // ES2023, in Node.js 20.
  const changes = {
    with: (copy, at, value) => {
      copy[at < 0 ? copy.length + at : at] = value;
    },
    toSorted: (copy, compare) => copy.sort(compare),
    toReversed: (copy) => copy.reverse(),
    toSpliced: (copy, ...words) => copy.splice(...words),
  };
  for (const [name, change] of Object.entries(changes)) {
    if (Array.prototype[name]) continue;
    Object.defineProperty(Array.prototype, name, {
      configurable: true,
      writable: true,
      value(...words) {
        const copy = Array.from(this);
        change(copy, ...words);
        return copy;
      },
    });
  }
  // In Node.js 20.16 and 22.3.
  if (!process.getBuiltinModule) {
    process.getBuiltinModule = (name) => {
      try {
        return require(name);
      } catch {
        return undefined;
      }
    };
  }
})();
