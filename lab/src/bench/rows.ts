import type { Goal } from "./figures.ts";
import type { Load } from "./load.ts";

/** One line of the benchmark: the same load for every server, some rounds in turns, and what must come out. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly rounds: number;
  /** All servers and all rounds at once: their time is spent in waiting, and nothing of it is CPU. */
  readonly together?: true;
  readonly load: Load;
  readonly goals: readonly Goal[];
}

const MIB = 1024 * 1024;

/** The files below the root, with their sizes in bytes. */
export const FILES: Readonly<Record<string, number>> = {
  "large.bin": 16 * MIB,
  "kernel.bin": 8 * MIB,
  "loader.bin": 256 * 1024,
  "short.bin": 64 * 1024,
  ...Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`small/${at}.cfg`, 124])),
};

/** 124 bytes that are there, and names that are not, in turns: what PXELINUX asks for. */
const SMALL = Array.from({ length: 50 }, (_, at) => [`small/${at}.cfg`, `!missing/${at}.cfg`]).flat();

const goal = (figure: Goal["figure"], bound: number): Goal => ({ figure, bound });
const CPU = goal("cpu", 1.2);

function lone(blockSize: number, windowSize: number): Row {
  const lockstep = windowSize === 1;
  return {
    id: `lone-${blockSize}-w${windowSize}`,
    title: `1 client, W=${windowSize}, blksize ${blockSize}`,
    rounds: 7,
    load: { files: ["large.bin"], blockSize, windowSize, clients: 1, spin: true },
    goals: [goal("throughput", 1), ...(lockstep ? [goal("turnaround", 1)] : []), CPU],
  };
}

/** 256 clients take 2 GiB from each server in each of their three rows. */
const CROWD_ROUNDS: Readonly<Record<number, number>> = { 16: 5, 64: 3, 256: 1 };

function crowd(clients: number, windowSize: number): Row {
  return {
    id: `crowd-${clients}-w${windowSize}`,
    title: `${clients} clients, 8 MiB each, W=${windowSize}`,
    rounds: CROWD_ROUNDS[clients] ?? 3,
    load: { files: ["kernel.bin"], blockSize: 1468, windowSize, clients, seconds: 240, spin: true },
    goals: [goal("throughput", windowSize === 1 ? 1 : 1.2), CPU],
  };
}

function small(clients: number): Row {
  return {
    id: `small-${clients}`,
    title: `2,000 small requests, ${clients === 1 ? "one" : clients} at a time`,
    rounds: 5,
    load: { files: SMALL, blockSize: 1468, windowSize: 1, clients, requests: 2000, spin: true },
    goals: [goal("time", 1), goal("p99", 1.5)],
  };
}

function lan(clients: number): Row {
  return {
    id: `lan-${clients}`,
    title: `${clients} client${clients === 1 ? "" : "s"}, W=1, 0.2 ms before each ACK`,
    rounds: clients === 64 ? 3 : 5,
    load: {
      files: ["kernel.bin"],
      blockSize: 1468,
      windowSize: 1,
      clients,
      ackDelay: 200,
    },
    goals: [goal("throughput", 1), CPU],
  };
}

function lossy(loss: number): Row {
  return {
    id: `loss-${loss}`,
    title: `1 client, 256 KiB, W=1, ${loss} % lost each way`,
    rounds: 9,
    together: true,
    load: { files: ["loader.bin"], blockSize: 1468, windowSize: 1, clients: 1, loss },
    goals: [goal("time", 0.1), goal("packets", 1.3)],
  };
}

/** Every line of the speed goals that is a load; crowds that stay silent and memory are measured apart. */
export const ROWS: readonly Row[] = [
  ...[512, 1408, 1468].map((blockSize) => lone(blockSize, 1)),
  ...[4, 16, 64].map((windowSize) => lone(1468, windowSize)),
  ...[16, 64, 256].flatMap((clients) => [1, 4, 16].map((windowSize) => crowd(clients, windowSize))),
  ...[1, 16].map(small),
  ...[1, 16, 64].map(lan),
  ...[1, 5].map(lossy),
];

/**
 * The quick form: no goal but a bound that only a regression breaks. A machine whose two cores are busy with something
 * else costs a server with one thread up to two thirds against peers that fork.
 */
export const QUICK_ROWS: readonly Row[] = [
  { ...lone(1468, 1), rounds: 3, goals: [goal("throughput", 0.25)] },
  { ...lone(1468, 16), rounds: 3, goals: [goal("throughput", 0.3)] },
  { ...crowd(16, 4), rounds: 3, goals: [goal("throughput", 0.25)] },
  { ...small(16), rounds: 3, goals: [goal("time", 12)] },
  {
    ...lossy(5),
    title: "1 client, 64 KiB, W=1, 5 % lost each way",
    rounds: 5,
    load: { ...lossy(5).load, files: ["short.bin"] },
    goals: [goal("time", 0.5), goal("packets", 1.6)],
  },
];
