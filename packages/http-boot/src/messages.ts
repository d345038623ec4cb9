/** The parts of Node's HTTP messages in use; only listener.ts creates the server. */
export { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
