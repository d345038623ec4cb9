/** What is used of Node's HTTP messages; the server itself is made in listener.ts alone. */
export { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
